// The reads of a block: adapters say what they want to know of its state, we ask at its hash, in rounds until nobody asks more.
import type { Call, Hex, ReadResult } from '../core/flow.ts'
import { isSlotCall } from '../core/words.ts'
import type { BlockAdapter, BlockSoFar } from './block-source.ts'
import type { ChainClient } from './chain-client.ts'
import { EndlessReadsError, isRetryable } from './errors.ts'
import { sleep } from './wait.ts'

const MOST_ROUNDS = 4
/** A call that fails is tried again by itself, so that one lost answer among hundreds doesn't cost all of them. */
const TRIES = 3

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly random: () => number
}

/**
 * All answers, in the order they were asked for. A revert is an answer; a failure that lasts is thrown, never an answer. A node that
 * mines between looking up its newest block and reading the state may answer from the next one, under the number of the first, and
 * rounds of one block would then be of two states: if the block isn't the newest any more, all are asked once again.
 */
export async function readAll(
  client: ChainClient,
  adapter: BlockAdapter,
  block: BlockSoFar & { readonly hash: Hex },
  options: ReadOptions,
): Promise<readonly ReadResult[]> {
  const atHead = client.isNewest(block)
  const answers = await readOnce(client, adapter, block, options)
  if (!atHead || answers.length === 0 || !(await patient(() => client.hasMovedOn(block), options))) return answers
  return readOnce(client, adapter, block, options)
}

async function readOnce(
  client: ChainClient,
  adapter: BlockAdapter,
  block: BlockSoFar & { readonly hash: Hex },
  options: ReadOptions,
): Promise<readonly ReadResult[]> {
  const answers: ReadResult[] = []
  const asked = new Set<string>()
  for (let round = 0; ; round++) {
    const wanted: Call[] = []
    for (const call of adapter.reads({ number: block.number, timeS: block.timeS, logs: block.logs }, answers)) {
      const key = `${call.to}${call.data}`
      if (asked.has(key)) continue
      asked.add(key)
      wanted.push(call)
    }
    const example = wanted[0]
    if (example === undefined) return answers
    if (round === MOST_ROUNDS) throw new EndlessReadsError(block.number, MOST_ROUNDS, `${example.to} ${example.data.slice(0, 10)}`)
    const calls = wanted.filter((call) => !isSlotCall(call))
    const slots = wanted.filter(isSlotCall)
    const [ofCalls, ofSlots] = await Promise.all([views(client, calls, block, options), patient(() => client.slots(slots, block), options)])
    const results = new Map<Call, Hex | null>()
    for (const [i, call] of calls.entries()) results.set(call, ofCalls[i] ?? null)
    for (const [i, call] of slots.entries()) results.set(call, ofSlots[i] ?? null)
    for (const call of wanted) answers.push({ to: call.to, data: call.data, result: results.get(call) ?? null })
  }
}

async function views(
  client: ChainClient,
  calls: readonly Call[],
  block: BlockSoFar & { readonly hash: Hex },
  options: ReadOptions,
): Promise<readonly (Hex | null)[]> {
  if (calls.length === 0) return []
  const together = await patient(() => client.callMany(calls, block), options)
  return together ?? Promise.all(calls.map((call) => patient(() => client.call(call, block.hash), options)))
}

async function patient<T>(ask: () => Promise<T>, { signal, random }: ReadOptions): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await ask()
    } catch (error) {
      if (left === 0 || !isRetryable(error) || signal.aborted) throw error
      await sleep(10 + 40 * random(), signal)
    }
  }
}
