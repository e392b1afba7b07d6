// The Guard entries of a Lyra market: a board frozen, the market paused, all markets paused. Its contracts can't be given to a contract that
// doesn't accept them (`acceptOwnership`), so a Safe owns them and a route leads to each function (contracts/src/SafeModuleRoute.sol).
// Volatility is not among them: it moves a price for both sides, so that neither way is the tighter one.
import { toFunctionSelector } from 'viem'
import type { Hex, OptionActionName } from '../../core/flow.ts'
import { ARG, BOUND, CLASS, DIRECTION, type GuardArg, type GuardEntry, type GuardLive, NO_LIVE } from '../../core/guard-entry.ts'
import { addressSubject } from '../../core/subject.ts'
import { hex32 } from '../../core/words.ts'

export type LyraEntryAction = Extract<OptionActionName, 'freezeBoard' | 'pauseOptionMarket' | 'pauseAllOptions'>

export interface LyraGuardConfig {
  readonly market: Hex
  /** The SynthetixAdapter. */
  readonly exchange: Hex
  /** Boards that may be frozen. They are counted up, so those that come can be named before. */
  readonly boards: readonly number[]
  /** SafeModuleRoute of an action's function. */
  readonly routes: Readonly<Record<LyraEntryAction, Hex>>
  readonly expiryS?: number
  readonly hardCapS?: number
  readonly cooldownS?: number
}

export interface LyraGuardEntry {
  readonly action: LyraEntryAction
  readonly entry: GuardEntry
  readonly subjects: readonly Hex[]
}

/** Of what names nobody. */
export const NO_SUBJECT: Hex = hex32(0n)
export const boardSubject = (id: number): Hex => hex32(BigInt(id))

/** In what getOptionBoard answers: where the struct begins, then its id, expiry, volatility and this. */
const FROZEN_WORD = 4

export function lyraGuardEntries(config: LyraGuardConfig): readonly LyraGuardEntry[] {
  const { market, exchange, boards, routes, expiryS = 600, hardCapS = 14_400, cooldownS = 3_600 } = config
  const owned: GuardArg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
  const subject = (values: readonly bigint[]): GuardArg => ({ kind: ARG.subject, value: 0n, live: NO_LIVE, bound: BOUND.oneOf, values })
  const flag = (target: Hex, signature: string, withSubject: boolean, word = 0): GuardLive => ({
    target,
    selector: toFunctionSelector(signature),
    withSubject,
    word,
    shift: 0,
    mask: 1n,
  })
  const base = {
    expiryS,
    hardCapS,
    cooldownS,
    budget: 24,
    budgetWindowS: 86_400,
    minGas: 300_000,
    direction: DIRECTION.up,
    zeroMeansUnlimited: false,
    steps: [{ isLive: false, value: 1n, live: NO_LIVE, mulBps: 0n, divisor: 0n }],
  }
  return [
    {
      action: 'freezeBoard',
      subjects: boards.map(boardSubject),
      entry: {
        ...base,
        target: routes.freezeBoard,
        selector: toFunctionSelector('setBoardFrozen(uint256,bool)'),
        class: CLASS.market,
        owned: 1,
        getter: flag(market, 'getOptionBoard(uint256)', true, FROZEN_WORD),
        args: [subject(boards.map(BigInt)), owned],
      },
    },
    {
      action: 'pauseOptionMarket',
      subjects: [addressSubject(market)],
      entry: {
        ...base,
        target: routes.pauseOptionMarket,
        selector: toFunctionSelector('setMarketPaused(address,bool)'),
        class: CLASS.pause,
        owned: 1,
        getter: flag(exchange, 'isMarketPaused(address)', true),
        args: [subject([BigInt(market)]), owned],
      },
    },
    {
      action: 'pauseAllOptions',
      subjects: [NO_SUBJECT],
      entry: {
        ...base,
        target: routes.pauseAllOptions,
        selector: toFunctionSelector('setGlobalPaused(bool)'),
        class: CLASS.pause,
        owned: 0,
        getter: flag(exchange, 'isGlobalPaused()', false),
        args: [owned],
      },
    },
  ]
}
