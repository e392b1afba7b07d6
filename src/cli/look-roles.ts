// Aave's roles on one pool's ACLManager: who was ever given one, and who has it now.
import { keccak256, numberToHex, stringToHex, toEventSelector, toFunctionSelector } from 'viem'
import { FirebreakError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { addressOf, addressWord, callOf, topicAt, wordAt } from '../core/words.ts'
import { inTurn, type Look } from './look.ts'

const role = (name: string): bigint => BigInt(keccak256(stringToHex(name)))
/** ACLManager (v3.0) names its roles by the hash of these. */
export const ROLES = {
  RISK_ADMIN: role('RISK_ADMIN'),
  EMERGENCY_ADMIN: role('EMERGENCY_ADMIN'),
  POOL_ADMIN: role('POOL_ADMIN'),
  DEFAULT_ADMIN: 0n,
} as const
export type Role = keyof typeof ROLES

const HAS_ROLE = toFunctionSelector('hasRole(bytes32,address)')
const ROLE_GRANTED = toEventSelector('RoleGranted(bytes32,address,address)')
/** Endpoints that limit the range of a question mostly serve so many blocks, and we don't ask for ever. */
const CHUNK_BLOCKS = 10_000

export async function hasRoles(look: Look, aclManager: Hex, asked: readonly (readonly [bigint, Hex])[]): Promise<readonly boolean[]> {
  const answers = await look.calls(asked.map(([word, who]) => callOf(aclManager, HAS_ROLE, word, addressWord(who))))
  return answers.map((data) => wordAt(data, 0) === 1n)
}

export interface Granted {
  /** Role and account. */
  readonly accounts: readonly (readonly [bigint, Hex])[]
  /** From the chain's beginning; else since the config's first block. */
  readonly whole: boolean
}

/** Everybody who was ever given a role; whether they still have it, the contract says. undefined: such events aren't served. */
export async function grantedTo(
  look: Look,
  aclManager: Hex,
  fromBlock: number,
  mostQuestions: number,
  say: (text: string) => void,
): Promise<Granted | undefined> {
  const ask = (from: number, to: number) =>
    look.request('eth_getLogs', [{ address: aclManager, topics: [ROLE_GRANTED], fromBlock: numberToHex(from), toBlock: numberToHex(to) }])
  const head = look.head.number
  try {
    return { accounts: accountsIn([await ask(0, head)]), whole: true }
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error
  }
  const chunks = Math.ceil((head - fromBlock + 1) / CHUNK_BLOCKS)
  if (chunks > mostQuestions || chunks < 1) return undefined
  say(`who was given roles: ${chunks} questions of ${CHUNK_BLOCKS} blocks`)
  const starts = Array.from({ length: chunks }, (_, n) => fromBlock + n * CHUNK_BLOCKS)
  let done = 0
  try {
    const answers = await inTurn(
      starts,
      async (from) => {
        const answer = await ask(from, Math.min(head, from + CHUNK_BLOCKS - 1))
        if (++done % 100 === 0) say(`who was given roles: ${done} of ${chunks}`)
        return answer
      },
      4,
    )
    return { accounts: accountsIn(answers), whole: false }
  } catch (error) {
    if (error instanceof FirebreakError) return undefined
    throw error
  }
}

function accountsIn(answers: readonly unknown[]): Granted['accounts'] {
  const found = new Map<string, readonly [bigint, Hex]>()
  for (const answer of answers)
    for (const log of Array.isArray(answer) ? (answer as readonly { readonly topics?: readonly Hex[] }[]) : []) {
      const [of, who] = [topicAt(log.topics ?? [], 1), topicAt(log.topics ?? [], 2)]
      if (of !== undefined && who !== undefined) found.set(`${of} ${who}`, [of, addressOf(who)])
    }
  return [...found.values()]
}
