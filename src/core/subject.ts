// An address as the subject of a Guard entry, and back.
import type { Hex } from './flow.ts'

/** An address as the bytes32 subject of a Guard entry. */
export const addressSubject = (address: Hex): Hex => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`
/** Back again: the low 20 bytes. */
export const subjectAddress = (subject: Hex): Hex => `0x${subject.slice(26)}`
