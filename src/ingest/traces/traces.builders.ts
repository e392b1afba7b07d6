// The same random transactions told in both ways, as real nodes differ: nested or flat, with other words for kinds and ends.
import fc from 'fast-check'
import type { Hex } from '../../core/flow.ts'
import type { Header, Receipt } from '../schemas.ts'

export const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
export const word = (n: number | bigint): Hex => `0x${n.toString(16).padStart(64, '0')}`
const quantity = (n: number): Hex => `0x${n.toString(16)}`

export interface Node {
  readonly kind: 'call' | 'staticcall' | 'delegatecall' | 'create' | 'selfdestruct'
  readonly from: number
  readonly to: number
  readonly input: Hex
  readonly value: number
  readonly gas: number
  readonly used: number
  readonly end: 'ok' | 'reverted' | 'failed'
  readonly code: Hex
  readonly below: readonly Node[]
}
export interface Change {
  readonly account: number
  readonly slot: number
  readonly before: number
  readonly after: number
}
export interface Told {
  readonly root: Node
  readonly changes: readonly Change[]
}

export const HASH = word(0xb10c)
export const txHash = (n: number): Hex => word(0x7000 + n)
export const header = (transactions: number): Header => ({
  number: 7,
  hash: HASH,
  parentHash: word(6),
  timeS: 1_700_000_000,
  logsBloom: '0x',
  transactions,
})
export const receipts = (count: number): readonly Receipt[] =>
  Array.from({ length: count }, (_, n) => ({ txHash: txHash(n), gasUsed: 21_000 + n, logsBloom: '0x', logs: [] }))

const hexBytes = fc.constantFrom<Hex>('0x', '0x12', '0x12345678', '0xDEADBEEF00', `0xa9059cbb${'00'.repeat(64)}`)
const nodeAbove = (levels: number): fc.Arbitrary<Node> =>
  fc.record({
    kind: fc.constantFrom('call', 'call', 'staticcall', 'delegatecall', 'create', 'selfdestruct'),
    from: fc.integer({ min: 0xa0, max: 0xa6 }),
    to: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0xa0, max: 0xa6 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) }),
    input: hexBytes,
    value: fc.constantFrom(0, 0, 5),
    gas: fc.integer({ min: 100, max: 1_000_000 }),
    used: fc.integer({ min: 21, max: 99 }),
    end: fc.constantFrom('ok', 'ok', 'ok', 'reverted', 'failed'),
    code: fc.constantFrom<Hex>('0x', '0x60', '0x6001600255'),
    below: levels === 0 ? fc.constant([]) : fc.array(nodeAbove(levels - 1), { maxLength: 3 }),
  })
const node = nodeAbove(3)
const change = fc.record({ account: fc.integer({ min: 0xa0, max: 0xa6 }), slot: fc.nat(3), before: fc.nat(2), after: fc.nat(2) })
export const told: fc.Arbitrary<Told> = fc.record({
  root: node.map((root) => ({ ...root, kind: root.kind === 'create' ? 'create' : 'call' }) as Node),
  changes: fc
    .uniqueArray(change, { maxLength: 5, selector: ({ account, slot }) => `${account}:${slot}` })
    .map((all) => all.filter(({ before, after }) => before !== after)),
})

const lends = ({ kind }: Node): boolean => kind === 'staticcall' || kind === 'selfdestruct'
const isPrecompile = ({ kind, to }: Node): boolean => kind !== 'create' && kind !== 'selfdestruct' && to < 0xa0
/** Nothing runs in a precompile, nor under an end. */
const belowOf = (one: Node): readonly Node[] => (one.kind === 'selfdestruct' || isPrecompile(one) ? [] : one.below)
const end = (one: Node): Node['end'] => (one.kind === 'selfdestruct' ? 'ok' : one.end)

const DEBUG_END = { ok: undefined, reverted: 'execution reverted', failed: 'out of gas' } as const
function debugFrame(one: Node): object {
  const failed = end(one) !== 'ok'
  return {
    type: one.kind === 'create' && one.value > 0 ? 'CREATE2' : one.kind.toUpperCase(),
    from: at(one.from),
    ...(one.kind === 'create' && failed ? {} : { to: at(one.to) }),
    input: one.kind === 'selfdestruct' ? '0x' : one.input,
    ...(lends(one) && one.kind === 'staticcall' ? {} : { value: quantity(one.value) }),
    gas: quantity(one.gas),
    gasUsed: quantity(end(one) === 'failed' ? one.gas : one.used),
    ...(failed ? { error: DEBUG_END[end(one)] } : {}),
    ...(one.kind === 'create' && !failed ? { output: one.code } : {}),
    ...(belowOf(one).length > 0 ? { calls: belowOf(one).map(debugFrame) } : {}),
  }
}

/** Precompiles are left out here where they move nothing, as reth and Erigon do. */
function* parityFrames(one: Node, place: readonly number[], n: number): Generator<object> {
  const below = belowOf(one).filter((child) => !(isPrecompile(child) && (child.value === 0 || child.kind !== 'call')))
  const about = {
    blockHash: HASH,
    blockNumber: 7,
    transactionHash: txHash(n),
    transactionPosition: n,
    traceAddress: place,
    subtraces: below.length,
  }
  if (one.kind === 'selfdestruct') {
    yield {
      ...about,
      type: 'suicide',
      action: { address: at(one.from), refundAddress: at(one.to), balance: quantity(one.value) },
      result: null,
    }
    return
  }
  const failed = end(one)
  const common = { from: at(one.from), gas: quantity(one.gas), value: one.kind === 'staticcall' ? '0x0' : quantity(one.value) }
  const isCreate = one.kind === 'create'
  yield {
    ...about,
    type: isCreate ? 'create' : 'call',
    action: isCreate ? { ...common, init: one.input } : { ...common, callType: one.kind, input: one.input, to: at(one.to) },
    ...(failed === 'ok' ? {} : { error: failed === 'reverted' ? 'Reverted' : 'out of gas' }),
    ...(failed === 'failed'
      ? {}
      : {
          result: {
            gasUsed: quantity(place.length === 0 ? one.used - 21 : one.used),
            ...(isCreate ? { address: at(one.to), code: one.code } : { output: '0x' }),
          },
        }),
  }
  for (const [k, child] of below.entries()) yield* parityFrames(child, [...place, k], n)
}

const SLOT = (n: number): Hex => (n === 0 ? '0x0' : word(n))

export function asDebug(txs: readonly Told[]): { readonly calls: unknown; readonly diffs: unknown } {
  const side = (changes: readonly Change[], of: 'before' | 'after') => {
    const accounts: Record<string, { balance: Hex; storage?: Record<string, Hex> }> = {}
    for (const { account, slot, ...values } of changes) {
      const state = accounts[at(account)] ?? { balance: '0x1' }
      accounts[at(account)] = values[of] === 0 ? state : { ...state, storage: { ...state.storage, [word(slot)]: word(values[of]) } }
    }
    return accounts
  }
  return {
    calls: txs.map(({ root }, n) => ({ txHash: txHash(n), result: debugFrame(root) })),
    diffs: txs.map(({ changes }, n) => ({ txHash: txHash(n), result: { pre: side(changes, 'before'), post: side(changes, 'after') } })),
  }
}

export function asParity(txs: readonly Told[]): { readonly flat: unknown; readonly diffs: unknown } {
  const storage = (changes: readonly Change[]) => {
    const accounts: Record<string, { balance: string; storage: Record<string, unknown> }> = { [at(0xcc)]: { balance: '=', storage: {} } }
    for (const { account, slot, before, after } of changes) {
      const state = accounts[at(account)] ?? { balance: '=', storage: {} }
      accounts[at(account)] = state
      state.storage[SLOT(slot)] =
        before === 0 ? { '+': word(after) } : after === 0 ? { '-': word(before) } : { '*': { from: word(before), to: word(after) } }
    }
    return accounts
  }
  const reward = {
    type: 'reward',
    action: { author: at(1), value: '0x1', rewardType: 'block' },
    blockHash: HASH,
    traceAddress: [],
    result: null,
  }
  return {
    flat: [...txs.flatMap(({ root }, n) => [...parityFrames(root, [], n)]), reward],
    diffs: txs.map(({ changes }, n) => ({ transactionHash: txHash(n), stateDiff: storage(changes), trace: [], output: '0x' })),
  }
}
