// A log of the exchange's contracts as one of a few events; a log that isn't shaped like one of them is none.
import type { Hex, Log } from '../../core/flow.ts'
import { addressOf, topicAt, wordsOf } from '../../core/words.ts'
import { logsOf } from '../../state/logs-of.ts'
import { signed } from '../../store/column.ts'
import { TOPIC } from './abi.ts'
import type { AllContracts } from './contracts.ts'

export type PerpEvent =
  | {
      readonly kind: 'changed' | 'closed'
      readonly trader: Hex
      readonly base: Hex
      readonly size: bigint
      readonly notional: bigint
      readonly fee: bigint
      readonly realised: bigint
    }
  | {
      readonly kind: 'liquidated'
      readonly trader: Hex
      readonly base: Hex
      readonly size: bigint
      readonly notional: bigint
      readonly fee: bigint
      readonly liquidator: Hex
    }
  | { readonly kind: 'funding'; readonly trader: Hex; readonly base: Hex; readonly payment: bigint }
  | { readonly kind: 'deposit' | 'withdrawal' | 'seized'; readonly trader: Hex; readonly token: Hex; readonly amount: bigint }
  | { readonly kind: 'badDebt'; readonly trader: Hex; readonly amount: bigint }

const ADDRESSES = 1n << 160n
/** A topic that holds an address, and nothing above it. */
function addressAt(topics: readonly Hex[], n: number): Hex | undefined {
  const word = topicAt(topics, n)
  return word === undefined || word >= ADDRESSES ? undefined : addressOf(word)
}

/** Of the clearing house. */
export function decodeTrade({ topics, data }: Pick<Log, 'topics' | 'data'>): PerpEvent | undefined {
  const [trader, base] = [addressAt(topics, 1), addressAt(topics, 2)]
  if (trader === undefined || base === undefined) return undefined
  switch (topics[0]) {
    case TOPIC.positionChanged: {
      const words = wordsOf(data, 6)
      if (!words) return undefined
      const [size, notional, fee, , realised] = words as readonly [bigint, bigint, bigint, bigint, bigint]
      return { kind: 'changed', trader, base, size: signed(size), notional: signed(notional), fee, realised: signed(realised) }
    }
    case TOPIC.positionClosed: {
      const words = wordsOf(data, 5)
      if (!words) return undefined
      const [size, notional, , realised] = words as readonly [bigint, bigint, bigint, bigint]
      return { kind: 'closed', trader, base, size: -signed(size), notional: signed(notional), fee: 0n, realised: signed(realised) }
    }
    case TOPIC.positionLiquidated: {
      const words = wordsOf(data, 4)
      if (!words) return undefined
      const [notional, size, fee, liquidator] = words as readonly [bigint, bigint, bigint, bigint]
      if (liquidator >= ADDRESSES) return undefined
      return { kind: 'liquidated', trader, base, size, notional, fee, liquidator: addressOf(liquidator) }
    }
    case TOPIC.fundingPaid: {
      const payment = wordsOf(data, 1)?.[0]
      return payment === undefined ? undefined : { kind: 'funding', trader, base, payment: signed(payment) }
    }
    default:
      return undefined
  }
}

/** Of the vault. */
export function decodeFlow({ topics, data }: Pick<Log, 'topics' | 'data'>): PerpEvent | undefined {
  const [first, second] = [addressAt(topics, 1), addressAt(topics, 2)]
  const amount = wordsOf(data, 1)?.[0]
  if (first === undefined || amount === undefined) return undefined
  if (topics[0] === TOPIC.badDebtSettled) return { kind: 'badDebt', trader: first, amount }
  if (second === undefined) return undefined
  switch (topics[0]) {
    case TOPIC.deposited:
      return { kind: 'deposit', token: first, trader: second, amount }
    case TOPIC.withdrawn:
      return { kind: 'withdrawal', token: first, trader: second, amount }
    case TOPIC.collateralLiquidated:
      return { kind: 'seized', trader: first, token: second, amount }
    default:
      return undefined
  }
}

/** What of the settlement token went from whom to whom. */
export function decodeTransfer({ topics, data }: Pick<Log, 'topics' | 'data'>) {
  const [from, to] = [addressAt(topics, 1), addressAt(topics, 2)]
  const amount = wordsOf(data, 1)?.[0]
  if (topics[0] !== TOPIC.transfer || from === undefined || to === undefined || amount === undefined) return undefined
  return { from, to, amount }
}

/** Accounts whose state a block's logs may have changed, in the order in which they appear. The insurance fund is none. */
export function touchedBy(logs: readonly Log[], contracts: AllContracts): readonly Hex[] {
  const found = new Set<Hex>()
  const add = (account: Hex | undefined): void => {
    if (account !== undefined && account !== contracts.insuranceFund) found.add(account)
  }
  for (const log of logsOf(logs, contracts.clearingHouse)) {
    const event = decodeTrade(log)
    if (event) add(event.trader)
    if (event?.kind === 'liquidated') add(event.liquidator)
    if (log.topics[0] === TOPIC.liquidityChanged) add(addressAt(log.topics, 1))
  }
  for (const log of logsOf(logs, contracts.accountBalance)) if (log.topics[0] === TOPIC.pnlRealized) add(addressAt(log.topics, 1))
  for (const log of logsOf(logs, contracts.vault)) add(decodeFlow(log)?.trader)
  return [...found]
}

/** Base tokens in which somebody traded, or whose pool's liquidity changed. */
export function tradedBy(logs: readonly Log[], { clearingHouse }: AllContracts): ReadonlySet<Hex> {
  const found = new Set<Hex>()
  for (const { topics } of logsOf(logs, clearingHouse)) {
    const base = addressAt(topics, 2)
    if (base !== undefined && topics[0] !== TOPIC.fundingPaid) found.add(base)
  }
  return found
}

/** Base tokens named by an event's first topic: of `FundingUpdated`, of `PoolAdded` and of what registry and exchange set. */
export function namedBy(logs: readonly Log[], contract: Hex, topic?: Hex): ReadonlySet<Hex> {
  const found = new Set<Hex>()
  for (const { topics } of logsOf(logs, contract)) {
    const base = topic === undefined || topics[0] === topic ? addressAt(topics, 1) : undefined
    if (base !== undefined) found.add(base)
  }
  return found
}
