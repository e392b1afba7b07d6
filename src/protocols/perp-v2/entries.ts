// The Guard entries of Perp v2: what its owner may set as one argument that only tightens. The owner is a Safe with a route to each
// function (contracts/src/SafeModuleRoute.sol): a Guard itself could not accept the ownership, which a new owner must take by a call.
// Pauses are not among them: they take no argument that an entry could own.
import { toFunctionSelector } from 'viem'
import { MAX_UINT256 } from '../../core/exact.ts'
import type { Hex, PerpActionName } from '../../core/flow.ts'
import { ARG, BOUND, CLASS, DIRECTION, type GuardArg, type GuardEntry, type GuardLive, NO_LIVE } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'

export interface PerpGuardConfig {
  /** Whose getters say what is set now. */
  readonly exchange: Hex
  readonly registry: Hex
  readonly config: Hex
  readonly markets: readonly { readonly name: string; readonly baseToken: Hex }[]
  /** SafeModuleRoute of each action's function; an action without one is not offered. */
  readonly routes: Readonly<Partial<Record<PerpEntryAction, Hex>>>
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
/** More than a whole execution took in effects.anvil.test.ts, twice over. */
const MIN_GAS = 300_000

type Market = PerpGuardConfig['markets'][number]

export function perpGuardEntries(config: PerpGuardConfig): readonly PerpGuardEntry[] {
  const { exchange, registry, markets, routes, cappedFundingPpm = 10_000, expiryS = 600, hardCapS = 14_400, cooldownS = 3_600 } = config
  const times = { expiryS, hardCapS, cooldownS, budget: 24, budgetWindowS: 86_400, minGas: MIN_GAS }
  const owned: GuardArg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
  const reading = (target: Hex, signature: string, withSubject: boolean): GuardLive => ({
    ...NO_LIVE,
    target,
    selector: toFunctionSelector(signature),
    withSubject,
    mask: MAX_UINT256,
  })
  /** One number that is lowered to `value`; of a market, if one is named. */
  const lowered = (
    action: PerpEntryAction,
    setter: string,
    getter: GuardLive,
    value: bigint,
    market?: Market,
  ): readonly PerpGuardEntry[] => {
    const target = routes[action]
    if (target === undefined) return []
    const subject: GuardArg = { kind: ARG.subject, value: 0n, live: NO_LIVE, bound: BOUND.oneOf, values: [BigInt(market?.baseToken ?? 0)] }
    const entry: GuardEntry = {
      ...times,
      target,
      selector: toFunctionSelector(setter),
      class: market ? CLASS.market : CLASS.throttle,
      owned: market ? 1 : 0,
      getter,
      direction: DIRECTION.down,
      zeroMeansUnlimited: false,
      args: market ? [subject, owned] : [owned],
      steps: [{ isLive: false, value, live: NO_LIVE, mulBps: 0n, divisor: 0n }],
    }
    return [{ action, symbol: market?.name ?? '', subjects: [addressSubject(market?.baseToken ?? NOBODY)], entry }]
  }
  const maxTicks = reading(exchange, 'getMaxTickCrossedWithinBlock(address)', true)
  const maxSpread = reading(registry, 'getMarketMaxPriceSpreadRatio(address)', true)
  const maxFunding = reading(config.config, 'getMaxFundingRate()', false)
  const cap = reading(config.config, 'getSettlementTokenBalanceCap()', false)
  return [
    ...markets.flatMap((market) => [
      ...lowered('stopSwaps', 'setMaxTickCrossedWithinBlock(address,uint24)', maxTicks, 0n, market),
      ...lowered('tightenSpread', 'setMarketMaxPriceSpreadRatio(address,uint24)', maxSpread, LEAST_SPREAD_PPM, market),
    ]),
    ...lowered('capFunding', 'setMaxFundingRate(uint24)', maxFunding, BigInt(cappedFundingPpm)),
    // a cap beyond 128 bits (the greatest number there is, say) can't be kept by the Guard, so it refuses: give the vault a real one
    ...lowered('stopDeposits', 'setSettlementTokenBalanceCap(uint256)', cap, 0n),
  ]
}
