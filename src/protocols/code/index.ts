// Code under watched addresses, behind proxies and Safes, and of accounts with power: no event tells that it changed, so it is read.
import type { BlockInput, Call, Hex } from '../../core/flow.ts'
import { addressWord, codeCall, wordAt } from '../../core/words.ts'
import type { Answers, Protocol } from '../../state/protocol.ts'
import { CODE_AS, codes, contracts, GOVERNANCE, governanceChanges } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { type CodeConfig, watchedCode } from './accounts.ts'

export type { CodeConfig } from './accounts.ts'

/** Of a hundred accounts each is then asked every five minutes on Ethereum; what is new is asked at once. */
const TURN_ACCOUNTS = 4
/** EIP-7702: 0xef0100 and the address whose code is run. */
const DELEGATION = 0xef0100n
const HEAD_BITS = 256n
const ADDRESS_BITS = 160n

/** Stands after `governance` and Safes: their tables say whose code counts. */
export function codeOf(given: CodeConfig): Protocol {
  const lower = (all: readonly Hex[]): readonly Hex[] => all.map((address) => address.toLowerCase() as Hex)
  const config = { ...given, contracts: lower(given.contracts), privileged: lower(given.privileged) }
  return {
    id: `code:${config.chainId}`,
    writes: [codes, governanceChanges, contracts],
    watches: () => [],
    reads: (world, { number }, sofar) => sofar.missing(asked(world, config, number)),
    apply: (world, block, answers) => applyCode(world, config, block, answers),
    actions: {},
    steps: () => [],
  }
}

/** From the tables as they are before the block: who is named by it first is asked in the next. */
function asked(world: World, config: CodeConfig, number: number): readonly Call[] {
  const all = [...watchedCode(world, config).keys()]
  const wanted = new Set(all.filter((address) => world.codes.find(address) === undefined))
  for (let n = 0; n < Math.min(TURN_ACCOUNTS, all.length); n++) wanted.add(all[(number * TURN_ACCOUNTS + n) % all.length] as Hex)
  return [...wanted].map(codeCall)
}

function applyCode(world: World, config: CodeConfig, block: BlockInput, answers: Answers): void {
  for (const [address, as] of watchedCode(world, config)) {
    const data = answers.get(codeCall(address))
    const [hash, head] = [wordAt(data, 0), wordAt(data, 1)]
    if (hash !== undefined && head !== undefined) notice(world, block, address, as, hash, delegateOf(head))
  }
}

const delegateOf = (head: bigint): bigint => {
  const named = head >> (HEAD_BITS - 24n - ADDRESS_BITS)
  return named >> ADDRESS_BITS === DELEGATION ? named & ((1n << ADDRESS_BITS) - 1n) : 0n
}

function notice(world: World, block: BlockInput, address: Hex, as: number, hash: bigint, delegate: bigint): void {
  const { columns } = world.codes
  const known = world.codes.find(address)
  const before = known === undefined ? undefined : { hash: columns.hash.get(known), delegate: columns.delegate.get(known) }
  const row = world.codes.rowOf(address)
  if (before === undefined) {
    const contract = world.contracts.rowOf(address)
    world.contracts.columns.address.set(contract, addressWord(address))
    columns.contract.set(row, contract + 1)
  }
  if (columns.as.get(row) !== as) columns.as.set(row, as)
  if (before?.hash === hash) return
  columns.hash.set(row, hash)
  columns.delegate.set(row, delegate)
  columns.sinceS.set(row, before === undefined ? 0 : block.timeS)
  const change = changeOf(as, before, hash, delegate)
  if (change !== undefined) tell(world, row, change, before === undefined)
}

interface Change {
  readonly change: number
  readonly before: bigint
  readonly after: bigint
}

/** First sight is no change, but that a key is delegated, or that a proxy runs nothing, is worth saying whenever it is seen. */
function changeOf(
  as: number,
  before: { readonly hash: bigint; readonly delegate: bigint } | undefined,
  hash: bigint,
  delegate: bigint,
): Change | undefined {
  if (delegate !== 0n) return { change: GOVERNANCE.delegated, before: before?.delegate ?? 0n, after: delegate }
  if (before === undefined)
    return hash === 0n && (as & CODE_AS.implementation) !== 0 ? { change: GOVERNANCE.codeGone, before: 0n, after: 0n } : undefined
  if (before.delegate !== 0n) return { change: GOVERNANCE.undelegated, before: before.delegate, after: 0n }
  if (hash === 0n) return { change: GOVERNANCE.codeGone, before: before.hash, after: 0n }
  if (before.hash !== 0n) return { change: GOVERNANCE.codeChanged, before: before.hash, after: hash }
  // a contract that is deployed where one was expected is no surprise
  return (as & CODE_AS.contract) === 0 ? { change: GOVERNANCE.codeAppeared, before: 0n, after: hash } : undefined
}

function tell(world: World, row: number, { change, before, after }: Change, firstSight: boolean): void {
  const { columns } = world.governanceChanges
  const at = world.governanceChanges.append()
  columns.contract.set(at, world.codes.columns.contract.get(row))
  columns.change.set(at, change)
  columns.before.set(at, before)
  columns.after.set(at, after)
  columns.as.set(at, world.codes.columns.as.get(row))
  columns.firstSight.set(at, firstSight ? 1 : 0)
}
