// The Guard entries of an Aave v3 pool: each emergency action as the one argument it may tighten. Governance adds these to the
// Guard; the decision finds them again by their ids, so both sides are made here.
import { toFunctionSelector } from 'viem'
import type { GuardActionName, Hex } from '../../core/flow.ts'
import {
  ARG,
  BOUND,
  CLASS,
  DIRECTION,
  type GuardArg,
  type GuardEntry,
  type GuardLive,
  type GuardStepValue,
  NO_LIVE,
} from '../../core/guard-entry.ts'

export interface AaveGuardConfig {
  readonly pool: Hex
  readonly configurator: Hex
  readonly dataProvider: Hex
  readonly assets: readonly { readonly address: Hex; readonly decimals: number; readonly symbol: string }[]
  readonly expiryS?: number
  readonly hardCapS?: number
  readonly cooldownS?: number
}

export interface AaveGuardEntry {
  readonly action: GuardActionName
  /** The asset that the entry is for. Each has entries of its own, so that what is done about one can't use up another's budget. */
  readonly symbol: string
  readonly entry: GuardEntry
}

/** Bits of Aave's ReserveConfigurationMap (Aave v3 core, DataTypes.sol). */
const BITS = {
  ltv: [0, 16],
  threshold: [16, 16],
  bonus: [32, 16],
  frozen: [57, 1],
  borrowing: [58, 1],
  paused: [60, 1],
  borrowCap: [80, 36],
  supplyCap: [116, 36],
} as const

export function aaveGuardEntries(config: AaveGuardConfig): readonly AaveGuardEntry[] {
  const { pool, configurator, dataProvider, assets, expiryS = 600, hardCapS = 14_400, cooldownS = 3_600 } = config
  const reading = (part: keyof typeof BITS): GuardLive => ({
    target: pool,
    selector: toFunctionSelector('getConfiguration(address)'),
    withSubject: true,
    word: 0,
    shift: BITS[part][0],
    mask: (1n << BigInt(BITS[part][1])) - 1n,
  })
  const of = (asset: Hex): GuardArg => ({ kind: ARG.subject, value: 0n, live: NO_LIVE, bound: BOUND.oneOf, values: [BigInt(asset)] })
  const owned: GuardArg = { kind: ARG.step, value: 0n, live: NO_LIVE, bound: BOUND.none, values: [] }
  const live = (part: keyof typeof BITS): GuardArg => ({ kind: ARG.live, value: 0n, live: reading(part), bound: BOUND.none, values: [] })
  const literal = (value: bigint): GuardStepValue => ({ isLive: false, value, live: NO_LIVE, mulBps: 0n, divisor: 0n })
  const base = {
    target: configurator,
    expiryS,
    hardCapS,
    cooldownS,
    budget: 24,
    budgetWindowS: 86_400,
    minGas: 200_000,
    owned: 1,
    zeroMeansUnlimited: false,
  }
  /** Word of AaveProtocolDataProvider.getReserveData: 2 aToken supply, 4 variable debt. */
  const total = (word: number): GuardLive => ({
    target: dataProvider,
    selector: toFunctionSelector('getReserveData(address)'),
    withSubject: true,
    word,
    shift: 0,
    mask: (1n << 128n) - 1n,
  })
  type Asset = AaveGuardConfig['assets'][number]
  const cap = (action: 'supplyCap' | 'borrowCap', word: number, { address, decimals, symbol }: Asset): AaveGuardEntry => ({
    action,
    symbol,
    entry: {
      ...base,
      class: CLASS.throttle,
      selector: toFunctionSelector(action === 'supplyCap' ? 'setSupplyCap(address,uint256)' : 'setBorrowCap(address,uint256)'),
      getter: reading(action),
      direction: DIRECTION.down,
      zeroMeansUnlimited: true,
      args: [of(address), owned],
      // a cap at what is in use now: whole tokens, so the total is divided by 10^decimals and rounded up
      steps: [{ isLive: true, value: 0n, live: total(word), mulBps: 10_000n, divisor: 10n ** BigInt(decimals) }],
    },
  })
  const flag = (
    action: GuardActionName,
    signature: string,
    part: 'borrowing' | 'frozen' | 'paused',
    to: boolean,
    cls: number,
    { address, symbol }: Asset,
  ): AaveGuardEntry => ({
    action,
    symbol,
    entry: {
      ...base,
      class: cls,
      selector: toFunctionSelector(signature),
      getter: reading(part),
      direction: to ? DIRECTION.up : DIRECTION.down,
      args: [of(address), owned],
      steps: [literal(to ? 1n : 0n)],
    },
  })
  return assets.flatMap((asset) => [
    {
      action: 'stopBorrowingAgainst',
      symbol: asset.symbol,
      entry: {
        ...base,
        class: CLASS.market,
        selector: toFunctionSelector('configureReserveAsCollateral(address,uint256,uint256,uint256)'),
        getter: reading('ltv'),
        direction: DIRECTION.down,
        // threshold and bonus are read again at execution and at the lift: a stale one would liquidate honest people
        args: [of(asset.address), owned, live('threshold'), live('bonus')],
        steps: [literal(0n)],
      },
    },
    flag('stopBorrowing', 'setReserveBorrowing(address,bool)', 'borrowing', false, CLASS.market, asset),
    flag('freeze', 'setReserveFreeze(address,bool)', 'frozen', true, CLASS.market, asset),
    flag('reservePause', 'setReservePause(address,bool)', 'paused', true, CLASS.pause, asset),
    cap('supplyCap', 2, asset),
    cap('borrowCap', 4, asset),
  ])
}
