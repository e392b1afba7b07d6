// What simulates waiting transactions: a block of them on a head, and calls on the state that they leave. Two ways to it, one answer.
import type { Call, Hex, Log, PendingTx } from '../../core/flow.ts'

/** The head that is simulated on, with what the next block's fields are made of. */
export interface Standing {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
  readonly miner: Hex
  /** Of the next block. */
  readonly baseFee: bigint
  readonly gasLimit: number
}

/**
 * What a transaction can see of where it runs. `next`: as near as can be to the next block, fees paid. `odd`: as a careless simulator
 * looks (no fee, another builder, another random word), one block later. What does the same in both isn't made for a simulator.
 * `unpaid`: the next block with no fee, for what can't pay one and so can't be in it.
 */
export type Environment = 'next' | 'unpaid' | 'odd'

export interface Ran {
  /** Whether each transaction went through. */
  readonly ok: readonly boolean[]
  /** Of all of them, of any contract, in order, under the transactions' own hashes. */
  readonly logs: readonly Log[]
  /** To the calls, in their order; null: it reverted. */
  readonly answers: readonly (Hex | null)[]
}

export interface Engine {
  readonly name: 'eth_simulateV1' | 'traces'
  run(on: Standing, txs: readonly PendingTx[], calls: readonly Call[], environment: Environment, signal: AbortSignal): Promise<Ran>
}

/** Block fields of an environment. Nobody has this address or draws this word. */
const ODD_MINER: Hex = '0x00000000000000000000000000000000000f1ab1'
const ODD_WORD: Hex = `0x${'5a'.repeat(32)}`

export function fieldsOf(on: Standing, environment: Environment, blockTimeS: number) {
  return environment !== 'odd'
    ? { number: on.number + 1, timeS: on.timeS + blockTimeS, miner: on.miner, baseFee: on.baseFee, random: undefined }
    : { number: on.number + 2, timeS: on.timeS + 2 * blockTimeS, miner: ODD_MINER, baseFee: 0n, random: ODD_WORD }
}
