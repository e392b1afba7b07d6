// What a finding is about, as one string: the key of alerts, tables and log lines.
import type { Hex, Subject } from './flow.ts'

export const subjectKey = (subject: Subject): string => `${subject.kind}:${subject.chainId}:${subject.id}`

/** An address as the bytes32 subject of a Guard entry. */
export const addressSubject = (address: Hex): Hex => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`
/** Back again: the low 20 bytes. */
export const subjectAddress = (subject: Hex): Hex => `0x${subject.slice(26)}`
