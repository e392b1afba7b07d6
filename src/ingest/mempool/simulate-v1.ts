// Simulation by eth_simulateV1: transactions and views in one block, and slots in a block after it, by lending each contract code that reads them.
import type { Call, Hex, Log, PendingTx } from '../../core/flow.ts'
import { isSlotCall } from '../../core/words.ts'
import { fail, list, object, readBytes, type Where } from '../fields.ts'
import { readerAnswer, readerParams } from '../reader.ts'
import type { Rpc } from '../rpc.ts'
import { type Engine, type Environment, fieldsOf, type Ran, type Standing } from './engine.ts'
import { quantity } from './transaction.ts'

/** PUSH0 CALLDATALOAD SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN, with PUSH1 0 for chains without PUSH0. */
const READS_A_SLOT: Hex = '0x6000355460005260206000f3'

export function simulateV1(rpc: Rpc, blockTimeS: number): Engine {
  return {
    name: 'eth_simulateV1',
    async run(on, txs, calls, environment, signal) {
      const views = calls.filter((call) => !isSlotCall(call))
      const slots = calls.filter(isSlotCall)
      const { blocks, at } = blocksOf(on, txs, views, slots, environment, blockTimeS)
      const request = { blockStateCalls: blocks, validation: false }
      const raw = await rpc.request('eth_simulateV1', [request, { blockHash: on.hash }], signal)
      return answered({ endpoint: rpc.endpoint, method: 'eth_simulateV1' }, raw, { txs, calls, views, slots, at, blocks: blocks.length })
    },
  }
}

function blocksOf(
  on: Standing,
  txs: readonly PendingTx[],
  views: readonly Call[],
  slots: readonly Call[],
  environment: Environment,
  blockTimeS: number,
) {
  const { number, timeS, miner, baseFee, random } = fieldsOf(on, environment, blockTimeS)
  const main = {
    blockOverrides: {
      number: quantity(number),
      time: quantity(timeS),
      feeRecipient: miner,
      baseFeePerGas: quantity(baseFee),
      ...(random === undefined ? {} : { prevRandao: random }),
    },
    // views are read as they are of a block: by the Reader, whose calls can change nothing
    ...(views.length > 0 ? { stateOverrides: readerParams([], on.hash)[2] } : {}),
    calls: [...txs.map((tx) => callOf(tx, environment)), ...(views.length > 0 ? [readerParams(views, on.hash)[0]] : [])],
  }
  // numbers may not jump: a node fills the gap with blocks of its own, and then counts them in its answer
  const filler = environment === 'odd' ? [{ blockOverrides: { number: quantity(number - 1), time: quantity(timeS - 1) }, calls: [] }] : []
  const reading = { code: READS_A_SLOT }
  const ofSlots = {
    blockOverrides: { number: quantity(number + 1), time: quantity(timeS + 1) },
    stateOverrides: Object.fromEntries(slots.map(({ to }) => [to, reading])),
    calls: slots.map(({ to, data }) => ({ to, input: data })),
  }
  return { blocks: [...filler, main, ...(slots.length > 0 ? [ofSlots] : [])], at: filler.length }
}

/** Only in `next` anybody pays: elsewhere a transaction that looks at its gas price sees none. */
export function callOf(tx: PendingTx, environment: Environment) {
  const { from, to, data, value, gas, maxFeePerGas, priorityFeePerGas } = tx
  const fees = environment === 'next' ? { maxFeePerGas, maxPriorityFeePerGas: priorityFeePerGas } : {}
  // anvil takes a creation for a mistake unless `to` is there and null
  return { from, to, input: data, value, gas: quantity(gas), ...fees }
}

interface Asked {
  readonly txs: readonly PendingTx[]
  readonly calls: readonly Call[]
  readonly views: readonly Call[]
  readonly slots: readonly Call[]
  readonly at: number
  readonly blocks: number
}

function answered(where: Where, raw: unknown, { txs, calls, views, slots, at, blocks }: Asked): Ran {
  const all = list(where, 'the blocks', raw)
  if (all.length !== blocks) fail(where, 'the number of blocks', all.length, `${blocks}, as asked`)
  const main = callsOf(where, all[at], txs.length + Math.min(1, views.length))
  const ofSlots = slots.length > 0 ? callsOf(where, all[at + 1], slots.length) : []
  const logs: Log[] = []
  for (const [txIndex, tx] of txs.entries())
    for (const entry of list(where, "a call's logs", main[txIndex]?.['logs'] ?? []))
      logs.push(simulatedLog(where, entry, tx.hash, txIndex, logs.length))
  const results = new Map<Call, Hex | null>()
  const read = views.length > 0 ? resultOf(where, main[txs.length]) : '0x'
  if (read === null) return fail(where, 'the reads', read, 'answers: the block may have no gas left for them')
  const answers = views.length > 0 ? readerAnswer(where, read, views.length).answers : []
  for (const [i, view] of views.entries()) results.set(view, answers[i]?.ok ? answers[i].data : null)
  for (const [i, slot] of slots.entries()) results.set(slot, resultOf(where, ofSlots[i]))
  return {
    ok: txs.map((_, i) => main[i]?.['status'] === '0x1'),
    logs,
    answers: calls.map((call) => results.get(call) ?? null),
  }
}

type Result = Readonly<Record<string, unknown>>

function callsOf(where: Where, raw: unknown, count: number): readonly Result[] {
  const calls = list(where, 'the calls', object(where, 'a block', raw).calls)
  if (calls.length !== count) fail(where, 'the number of calls', calls.length, `${count}, as asked`)
  return calls.map((call) => {
    const result = object(where, 'a call', call) as Result
    const { status } = result
    return status === '0x1' || status === '0x0' ? result : fail(where, "a call's status", status, '0x1 or 0x0')
  })
}

function resultOf(where: Where, result: Result | undefined): Hex | null {
  return result?.['status'] === '0x1' ? readBytes(where, 'the result of a call', result['returnData']) : null
}

/** A log of a block that isn't there: only what was emitted counts, by which transaction is known from where it stands. */
export function simulatedLog(where: Where, raw: unknown, txHash: Hex, txIndex: number, logIndex: number): Log {
  const { address, topics, data } = object(where, 'a log', raw)
  const words = list(where, "a log's topics", topics)
  if (words.length > 4) fail(where, "a log's topics", words.length, 'at most 4')
  if (typeof address !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(address)) fail(where, "a log's address", address, 'an address')
  return {
    address: (address as string).toLowerCase() as Hex,
    topics: words.map((word) =>
      typeof word === 'string' && /^0x[0-9a-fA-F]{64}$/.test(word)
        ? (word.toLowerCase() as Hex)
        : fail(where, "a log's topic", word, '32 bytes of hex'),
    ),
    data: readBytes(where, "a log's data", data ?? '0x'),
    txHash,
    txIndex,
    logIndex,
  }
}
