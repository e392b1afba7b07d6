// A lending market's life as seeded random operations: everything that an account or a governor can do to a pool's state.
import { type Address, maxUint256 } from 'viem'
import { ASSETS, type AssetSymbol, SYMBOLS, units } from '../../lab/market.ts'
import type { AaveLab, Send } from './aave-lab.ts'
import type { Draws } from './draws.ts'

export interface Operation {
  readonly name: string
  readonly sends: readonly Send[]
}

const BORROWABLE = SYMBOLS.filter((symbol) => ASSETS[symbol].borrowable)
const STABLE = SYMBOLS.filter((symbol) => ASSETS[symbol].stableBorrowing)
const VARIABLE_MODE = 2n
const STABLE_MODE = 1n
/** A pseudo asset by which category 2 is valued: it has a price source of its own. */
const EMODE_ASSET = '0x00000000000000000000000000000000000e0de5'

/** What a clever actor would know: where an operation has a chance to go through. */
export interface Hints {
  /** Accounts that can be liquidated. */
  under(): readonly Address[]
  /** Who holds aTokens of what. */
  holdings(): readonly { readonly who: Address; readonly symbol: AssetSymbol }[]
  debts(): readonly { readonly who: Address; readonly symbol: AssetSymbol; readonly stable: boolean }[]
  /** Dollars that somebody could still borrow. */
  availableUsd(who: Address): number
  suppliedUsd(symbol: AssetSymbol): number
}

export class RandomMarket {
  private readonly prices: Record<AssetSymbol, number>
  constructor(
    private readonly lab: AaveLab,
    private readonly draws: Draws,
    private readonly people: readonly Address[],
    private readonly hints: Hints,
  ) {
    this.prices = Object.fromEntries(SYMBOLS.map((s) => [s, ASSETS[s].startPriceUsd])) as Record<AssetSymbol, number>
  }

  /** Tokens for everybody, deep pools, and a second e-mode category with a price source of its own. */
  *opening(): Generator<readonly Send[]> {
    const { lab, people } = this
    for (const symbol of SYMBOLS) yield people.flatMap((who) => lab.endow(who, symbol, 3_000_000 / ASSETS[symbol].startPriceUsd))
    const oracle = lab.aave.oracle
    yield [
      lab.call(oracle, lab.admin, 'setAssetSources', [[EMODE_ASSET], [lab.feeds.WETH.proxy.address]]),
      lab.config('setEModeCategory', 2, 9000, 9300, 10100, EMODE_ASSET, 'ETH-like'),
      lab.config('setAssetEModeCategory', lab.asset('WETH'), 2),
    ]
    for (const symbol of SYMBOLS) {
      if (symbol === 'ISO') continue
      yield people.map((who) => this.supply(who, symbol, this.draws.between(1_000, 60_000)))
    }
  }

  /** A pool drained to the last percents behind a cheap stable loan: then anyone may raise that loan's rate. */
  *rebalance(): Generator<Operation> {
    const [first, second, anyone] = this.people as [Address, Address, Address]
    const { lab } = this
    const usdc = lab.asset('USDC')
    yield { name: 'supply', sends: [this.supply(first, 'WETH', 2_000_000), this.supply(second, 'WBTC', 2_500_000)] }
    // a stable loan may take a quarter of what is there
    for (const share of [0.17, 0.13, 0.1]) {
      yield {
        name: 'borrow stable',
        sends: [lab.pool(first, 'borrow', usdc, units('USDC', this.usdcUsd() * share), STABLE_MODE, 0, first)],
      }
    }
    yield {
      name: 'borrow variable',
      sends: [lab.pool(second, 'borrow', usdc, units('USDC', this.usdcUsd() * 0.58), VARIABLE_MODE, 0, second)],
    }
    yield { name: 'rebalance stable rate', sends: [lab.pool(anyone, 'rebalanceStableBorrowRate', usdc, first)] }
  }
  private readonly usdcUsd = (): number => this.hints.suppliedUsd('USDC')

  /** Seconds to the next block: mostly one slot, sometimes weeks, so that interest shows in every digit. */
  stepS(): number {
    const { draws } = this
    if (draws.chance(0.04)) return draws.integer(86_400, 30 * 86_400)
    return draws.chance(0.3) ? draws.integer(600, 7200) : 12
  }

  block(): readonly Operation[] {
    return Array.from({ length: this.draws.integer(1, 5) }, () => this.operation())
  }

  private operation(): Operation {
    const { draws } = this
    const kinds: readonly (readonly [number, () => Operation])[] = [
      [14, () => this.one('supply', this.supply(this.who(), draws.pick(SYMBOLS), draws.between(10, 100_000)))],
      [9, () => this.one('withdraw', this.withdraw())],
      [16, () => this.one('borrow variable', this.borrow(VARIABLE_MODE, draws.pick(BORROWABLE)))],
      [10, () => this.one('borrow stable', this.borrow(STABLE_MODE, draws.pick(STABLE)))],
      [9, () => this.one('repay', this.repay())],
      [4, () => this.one('repay with aTokens', this.repayWithATokens())],
      [8, () => this.one('swap rate mode', this.swap())],
      [4, () => this.one('rebalance stable rate', this.rebalanceSomebody())],
      [7, () => this.one('e-mode', this.pool('setUserEMode', draws.pick([0, 1, 2])))],
      [6, () => this.one('collateral switch', this.collateral())],
      [6, () => this.one('aToken transfer', this.transfer())],
      [14, () => this.one('liquidation', this.liquidate())],
      [3, () => this.one('flash loan', this.flashLoan(0n))],
      [3, () => this.one('flash loan kept as debt', this.flashLoan(VARIABLE_MODE))],
      [10, () => this.price()],
      [
        2,
        () =>
          this.one(
            'mint to treasury',
            this.pool(
              'mintToTreasury',
              SYMBOLS.map((s) => this.lab.asset(s)),
            ),
          ),
      ],
      [7, () => this.config()],
    ]
    let left = draws.next() * kinds.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, make] of kinds) {
      left -= weight
      if (left < 0) return make()
    }
    return this.price()
  }

  private readonly who = (): Address => this.draws.pick(this.people)
  private readonly one = (name: string, send: Send): Operation => ({ name, sends: [send] })
  private pool(functionName: string, ...args: readonly unknown[]): Send {
    return this.lab.pool(this.who(), functionName, ...args)
  }
  private amount(symbol: AssetSymbol, usd: number): bigint {
    // dust as well: that is where rounding shows
    return this.draws.chance(0.06)
      ? BigInt(this.draws.integer(1, 50))
      : units(symbol, usd / this.prices[symbol]) + BigInt(this.draws.integer(0, 999))
  }
  private supply(who: Address, symbol: AssetSymbol, usd: number): Send {
    return this.lab.pool(who, 'supply', this.lab.asset(symbol), this.amount(symbol, usd), who, 0)
  }
  private withdraw(): Send {
    const { who, symbol } = this.holding()
    const amount = this.draws.chance(0.25) ? maxUint256 : this.amount(symbol, this.draws.between(10, 40_000))
    return this.lab.pool(who, 'withdraw', this.lab.asset(symbol), amount, who)
  }
  private borrow(mode: bigint, symbol: AssetSymbol): Send {
    const who = this.who()
    // often all that is possible: those are the ones that a price move liquidates
    const usd = this.hints.availableUsd(who) * (this.draws.chance(0.5) ? 0.99 : this.draws.between(0.01, 1.05))
    return this.lab.pool(who, 'borrow', this.lab.asset(symbol), this.amount(symbol, usd), mode, 0, who)
  }
  private repay(): Send {
    const { who, symbol, stable } = this.debt()
    const amount = this.draws.chance(0.3) ? maxUint256 : this.amount(symbol, this.draws.between(1, 30_000))
    return this.lab.pool(who, 'repay', this.lab.asset(symbol), amount, stable ? STABLE_MODE : VARIABLE_MODE, who)
  }
  private repayWithATokens(): Send {
    const { who, symbol, stable } = this.debt()
    const amount = this.draws.chance(0.3) ? maxUint256 : this.amount(symbol, this.draws.between(1, 30_000))
    return this.lab.pool(who, 'repayWithATokens', this.lab.asset(symbol), amount, stable ? STABLE_MODE : VARIABLE_MODE)
  }
  private swap(): Send {
    const { who, symbol, stable } = this.debt()
    return this.lab.pool(who, 'swapBorrowRateMode', this.lab.asset(symbol), stable ? STABLE_MODE : VARIABLE_MODE)
  }
  private rebalanceSomebody(): Send {
    const { who, symbol } = this.debt()
    return this.pool('rebalanceStableBorrowRate', this.lab.asset(symbol), who)
  }
  private collateral(): Send {
    const { who, symbol } = this.holding()
    return this.lab.pool(who, 'setUserUseReserveAsCollateral', this.lab.asset(symbol), this.draws.chance(0.6))
  }
  private transfer(): Send {
    const { who, symbol } = this.holding()
    const to = this.draws.chance(0.15) ? who : this.who()
    return this.lab.call(this.lab.tokens[symbol].aToken, who, 'transfer', [to, this.amount(symbol, this.draws.between(1, 30_000))])
  }
  private liquidate(): Send {
    const { draws, hints } = this
    const under = hints.under()
    const user = under.length > 0 ? draws.pick(under) : this.who()
    const of = <T extends { readonly who: Address }>(list: readonly T[]): readonly T[] => list.filter(({ who }) => who === user)
    const [holdings, debts] = [of(hints.holdings()), of(hints.debts())]
    const collateral = holdings.length > 0 ? draws.pick(holdings).symbol : draws.pick(SYMBOLS)
    const debt = debts.length > 0 ? draws.pick(debts).symbol : draws.pick(BORROWABLE)
    const cover = draws.chance(0.6) ? maxUint256 : this.amount(debt, draws.between(1, 5_000))
    return this.pool('liquidationCall', this.lab.asset(collateral), this.lab.asset(debt), user, cover, draws.chance(0.4))
  }
  private holding(): { readonly who: Address; readonly symbol: AssetSymbol } {
    const holdings = this.hints.holdings()
    return holdings.length > 0 ? this.draws.pick(holdings) : { who: this.who(), symbol: this.draws.pick(SYMBOLS) }
  }
  private debt(): { readonly who: Address; readonly symbol: AssetSymbol; readonly stable: boolean } {
    const debts = this.hints.debts()
    return debts.length > 0 ? this.draws.pick(debts) : { who: this.who(), symbol: this.draws.pick(STABLE), stable: true }
  }
  private flashLoan(mode: bigint): Send {
    const who = this.who()
    const symbol = this.draws.pick(BORROWABLE)
    const args = [[this.lab.asset(symbol)], [this.amount(symbol, this.draws.between(10, 20_000))], [mode], who, '0x', 0]
    return this.lab.pool(who, 'flashLoan', this.lab.receiver.address, ...args)
  }
  private price(): Operation {
    const { draws } = this
    const symbol = draws.pick(SYMBOLS)
    const calm = ASSETS[symbol].stablecoin ? 0.004 : 0.06
    this.prices[symbol] *= draws.chance(0.2) ? draws.between(0.55, 1.4) : draws.between(1 - calm, 1 + calm)
    this.prices[symbol] += (ASSETS[symbol].startPriceUsd - this.prices[symbol]) * 0.1
    return { name: 'price', sends: this.lab.priceRound(symbol, this.prices[symbol], draws.chance(0.3) ? 2 : 3) }
  }
  private config(): Operation {
    const { draws, lab } = this
    const symbol = draws.pick(SYMBOLS)
    const asset = lab.asset(symbol)
    const { ltvBps, thresholdBps, bonusBps, supplyCap } = ASSETS[symbol]
    const send = draws.pick([
      () =>
        lab.config(
          'configureReserveAsCollateral',
          asset,
          draws.pick([0, ltvBps, ltvBps - 500]),
          thresholdBps - draws.pick([0, 0, 300]),
          bonusBps,
        ),
      () => lab.config('setSupplyCap', asset, draws.pick([0, supplyCap])),
      () => lab.config('setBorrowCap', asset, draws.pick([0, 36_000_000])),
      () => lab.config('setReserveFreeze', asset, draws.chance(0.15)),
      () => lab.config('setReservePause', asset, draws.chance(0.1)),
      () => lab.config('setReserveFactor', asset, draws.integer(0, 3000)),
      () =>
        lab.config(
          'setEModeCategory',
          1,
          draws.pick([9300, 9000]),
          draws.pick([9500, 9400]),
          10100,
          '0x0000000000000000000000000000000000000000',
          'Stablecoins',
        ),
      () =>
        lab.config(
          'setEModeCategory',
          2,
          9000,
          9300,
          10100,
          draws.pick([EMODE_ASSET, '0x0000000000000000000000000000000000000000']),
          'ETH-like',
        ),
      () => lab.config('setAssetEModeCategory', lab.asset('WETH'), draws.pick([0, 2])),
    ])()
    return { name: 'config', sends: [send] }
  }
}
