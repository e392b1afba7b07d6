// The Guard entries of Perp v2: what its owner may set as one argument that only tightens. The owner is the Guard, or a Safe with a route
// to each function (contracts/src/SafeModuleRoute.sol). Pauses are not among them: they take no argument that an entry could own.
import { toFunctionSelector } from 'viem'
import type { Hex, PerpActionName } from '../../core/flow.ts'
import { ARG, BOUND, CLASS, DIRECTION, type GuardArg, type GuardEntry, type GuardLive, NO_LIVE } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'

export interface PerpGuardConfig {
  /** Contracts as getters; as targets too, unless there are routes. */
  readonly exchange: Hex
  readonly registry: Hex
  readonly config: Hex
  readonly markets: readonly { readonly name: string; readonly baseToken: Hex }[]
  /** SafeModuleRoute of an action's function. */
  readonly routes?: Readonly<Partial<Record<PerpEntryAction, Hex>>>
  /** The most that funding may be a day while it is capped, 1/1,000,000. A tenth of Curie's default of 10 %. */
  readonly cappedFundingPpm?: number
  readonly expiryS?: number
  readonly hardCapS?: number
  readonly cooldownS?: number
}
export type PerpEntryAction = Extract<PerpActionName, 'capFunding' | 'stopDeposits' | 'stopSwaps' | 'tightenSpread'>

export interface PerpGuardEntry {
  readonly action: PerpEntryAction
  /** The market's name; empty: the whole exchange. */
  readonly symbol: string
  readonly entry: GuardEntry
  readonly subjects: readonly Hex[]
}

const NOBODY: Hex = '0x0000000000000000000000000000000000000000'
/** A spread of 0 would mean the default of 10 %; one millionth is the least that is one. */
const LEAST_SPREAD_PPM = 1n

export function perpGuardEntries(config: PerpGuardConfig): readonly PerpGuardEntry[] {
  const {
    exchange,
    registry,
    markets,
    routes = {},
    cappedFundingPpm = 10_000,
    expiryS = 600,
    hardCapS = 14_400,
    cooldownS = 3_600,
  } = config
  const owned: GuardArg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
  const subject = (base: Hex): GuardArg => ({ kind: ARG.subject, value: 0n, live: NO_LIVE, bound: BOUND.oneOf, values: [BigInt(base)] })
  const reading = (target: Hex, signature: string, withSubject: boolean): GuardLive => ({
    target,
    selector: toFunctionSelector(signature),
    withSubject,
    word: 0,
    shift: 0,
    mask: (1n << 128n) - 1n,
  })
  const base = {
    expiryS,
    hardCapS,
    cooldownS,
    budget: 24,
    budgetWindowS: 86_400,
    minGas: 300_000,
    direction: DIRECTION.down,
    zeroMeansUnlimited: false,
  }
  const to = (value: bigint) => [{ isLive: false, value, live: NO_LIVE, mulBps: 0n, divisor: 0n }]
  const ofMarkets = markets.flatMap(({ name, baseToken }): readonly PerpGuardEntry[] => [
    {
      action: 'stopSwaps',
      symbol: name,
      subjects: [addressSubject(baseToken)],
      entry: {
        ...base,
        target: routes.stopSwaps ?? exchange,
        selector: toFunctionSelector('setMaxTickCrossedWithinBlock(address,uint24)'),
        class: CLASS.market,
        owned: 1,
        getter: reading(exchange, 'getMaxTickCrossedWithinBlock(address)', true),
        args: [subject(baseToken), owned],
        steps: to(0n),
      },
    },
    {
      action: 'tightenSpread',
      symbol: name,
      subjects: [addressSubject(baseToken)],
      entry: {
        ...base,
        target: routes.tightenSpread ?? registry,
        selector: toFunctionSelector('setMarketMaxPriceSpreadRatio(address,uint24)'),
        class: CLASS.throttle,
        owned: 1,
        getter: reading(registry, 'getMarketMaxPriceSpreadRatio(address)', true),
        args: [subject(baseToken), owned],
        steps: to(LEAST_SPREAD_PPM),
      },
    },
  ])
  const whole = (action: PerpEntryAction, setter: string, getter: string, value: bigint): PerpGuardEntry => ({
    action,
    symbol: '',
    subjects: [addressSubject(NOBODY)],
    entry: {
      ...base,
      target: routes[action] ?? config.config,
      selector: toFunctionSelector(setter),
      class: CLASS.throttle,
      owned: 0,
      getter: reading(config.config, getter, false),
      args: [owned],
      steps: to(value),
    },
  })
  return [
    ...ofMarkets,
    whole('capFunding', 'setMaxFundingRate(uint24)', 'getMaxFundingRate()', BigInt(cappedFundingPpm)),
    // a cap that is not a number of 128 bits can't be kept by the Guard, so it refuses: give the vault a real one
    whole('stopDeposits', 'setSettlementTokenBalanceCap(uint256)', 'getSettlementTokenBalanceCap()', 0n),
  ]
}
