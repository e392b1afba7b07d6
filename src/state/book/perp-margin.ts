// Margin accounts of a perpetual futures market, as Perpetual Protocol v2 computes them, exact in integers of 18 decimals.
//
//   value_i       = size_i x price_i                    (long: size > 0)
//   account value = collateral + sum(value_i + quote_i - size_i x (funding_i - fundingThen_i))
//   requirement   = sum(|value_i|) x mmRatio            (AccountBalance.getMarginRequirementForLiquidation)
//
// Each product is truncated towards zero, as Solidity does, and the account value is floored to the settlement token's decimals. An
// account can be liquidated while its value is below its requirement, and is bad debt while its value is below zero. `quote` is what the
// position was opened with, negative for a long; `funding` is the market's running sum of payments a unit of size. Both are linear in
// every line, so the slack is surplus over exposure: if no line has moved by more than s spans, the surplus has fallen by no more than s
// times what one span of each would cost.
import type { U32Column, U128Column } from '../../store/column.ts'
import type { Store } from '../../store/store.ts'
import { Legs, type Margin, STATUS, type Weighed } from '../account-book.ts'
import { setSigned, signedAt, signedFloatAt } from './signed128.ts'
import { FRESH, type Line } from './triggers.ts'

const E18 = 10n ** 18n
const PPM = 1_000_000n
/** Funding moves slowly: its span is this share of the price, so that it takes little of the slack. */
const FUNDING_SPAN = 1 / 64
/** Room for the floats' own rounding, of all amounts that were added up. */
const FLOAT_SHARE = 1e-12

export interface PerpMarket {
  readonly priceE18: bigint
  /** Running sum of funding payments a unit of size, in the rules' unit; a long pays while it grows. */
  readonly fundingE18: bigint
}

export interface PerpFigures {
  readonly valueE18: bigint
  readonly requirementE18: bigint
}

/** How a protocol counts: funding in quote with 18 decimals and values to the last digit, unless said otherwise. */
export interface PerpRules {
  /** One unit of quote a unit of size in the sum of funding; Perp v2 has 2^96. */
  readonly fundingUnit: bigint
  /** The sum is of payments a period, added up by the second: Perp v2 divides by a day once more, and truncates once more. */
  readonly fundingPeriod: bigint
  /** Account values are floored to a multiple of this: 10^12 for a settlement token of 6 decimals. */
  readonly valueStepE18: bigint
  /** Sizes below it count for nothing; Perp v2: 10. */
  readonly dustE18: bigint
}
const PLAIN: PerpRules = { fundingUnit: E18, fundingPeriod: 1n, valueStepE18: 1n, dustE18: 0n }
/** Perpetual Protocol v2, Curie 2.8. */
export const curieRules = (settlementDecimals: number): PerpRules => ({
  fundingUnit: 1n << 96n,
  fundingPeriod: 86_400n,
  valueStepE18: 10n ** BigInt(18 - settlementDecimals),
  dustE18: 10n,
})

/** Positions in columns: a row of 52 bytes each, and two slots of 16 in the book. */
export class PerpBook implements Margin {
  readonly status: U32Column
  private readonly collateral: U128Column
  private readonly first: U32Column
  private readonly count: U32Column
  private readonly market: U32Column
  private readonly next: U32Column
  private readonly size: U128Column
  private readonly quote: U128Column
  private readonly fundingThen: U128Column
  private readonly deltas: U128Column
  private readonly legs = new Legs()
  private markets: readonly PerpMarket[] = []
  private prices = new Float64Array()
  private fundings = new Float64Array()
  private readonly fundingScale: number
  private readonly stepFloat: number

  constructor(
    store: Store,
    name: string,
    /** Maintenance margin ratio, 1/1,000,000. */
    readonly mmRatioPpm: bigint,
    private readonly rules: PerpRules = PLAIN,
  ) {
    this.fundingScale = Number(rules.fundingUnit * rules.fundingPeriod)
    this.stepFloat = Number(rules.valueStepE18) / 1e18
    const [u32, u128] = [(of: string) => store.column(`${name}.${of}`, 'u32'), (of: string) => store.column(`${name}.${of}`, 'u128')]
    this.status = u32('status')
    this.collateral = u128('collateral')
    this.first = u32('first')
    this.count = u32('positions')
    this.market = u32('market')
    this.next = u32('next')
    this.size = u128('size')
    this.quote = u128('quote')
    this.fundingThen = u128('fundingThen')
    this.deltas = u128('netDelta')
  }

  /** Prices and funding from now on; give the lines to the book's next settling. */
  at(markets: readonly PerpMarket[]): readonly Line[] {
    this.markets = markets
    this.prices = Float64Array.from(markets, ({ priceE18 }) => Number(priceE18) / 1e18)
    this.fundings = Float64Array.from(markets, ({ fundingE18 }) => Number(fundingE18) / this.fundingScale)
    return markets.flatMap((_, market) => {
      const price = this.prices[market] as number
      return [
        { id: market * 2, value: price },
        { id: market * 2 + 1, value: this.fundings[market] as number, span: price * FUNDING_SPAN },
      ]
    })
  }

  setCollateral(account: number, amountE18: bigint): void {
    setSigned(this.collateral, account, amountE18)
  }

  /** The account's position in a market as it is from now on. */
  setPosition(account: number, market: number, sizeE18: bigint, quoteE18: bigint, fundingThenE18: bigint): void {
    let at = this.first.get(account)
    while (at !== 0 && this.market.get(at - 1) !== market) at = this.next.get(at - 1)
    if (at === 0) {
      at = this.count.get(0) + 1
      this.count.set(0, at)
      this.market.set(at - 1, market)
      this.next.set(at - 1, this.first.get(account))
      this.first.set(account, at)
    }
    setSigned(this.deltas, market, signedAt(this.deltas, market) + sizeE18 - signedAt(this.size, at - 1))
    setSigned(this.size, at - 1, sizeE18)
    setSigned(this.quote, at - 1, quoteE18)
    setSigned(this.fundingThen, at - 1, fundingThenE18)
  }

  /** The account's slots with no trigger in any: it is not the book that watches it. */
  asleep(account: number): Weighed {
    const legs = this.legs.clear()
    for (let at = this.first.get(account); at !== 0; at = this.next.get(at - 1)) {
      legs.add(at * 2, 0, 'none')
      legs.add(at * 2 + 1, 1, 'none')
    }
    return { status: this.status.get(account), slack: 1, growthPerS: 0, legs }
  }

  /** Sum of the signed sizes of all positions in a market: what its counterparties carry the other way round. */
  netDeltaE18(market: number): bigint {
    return signedAt(this.deltas, market)
  }

  figures(account: number): PerpFigures {
    const { fundingUnit, fundingPeriod, valueStepE18, dustE18 } = this.rules
    let valueE18 = signedAt(this.collateral, account)
    let notionalE18 = 0n
    for (let at = this.first.get(account); at !== 0; at = this.next.get(at - 1)) {
      const { priceE18, fundingE18 } = this.marketOf(at - 1)
      const size = signedAt(this.size, at - 1)
      const value = size < dustE18 && -size < dustE18 ? 0n : (size * priceE18) / E18
      notionalE18 += value < 0n ? -value : value
      const paid = (size * (fundingE18 - signedAt(this.fundingThen, at - 1))) / fundingUnit / fundingPeriod
      valueE18 += value + signedAt(this.quote, at - 1) - paid
    }
    // towards the worse for the account, also below zero
    valueE18 -= ((valueE18 % valueStepE18) + valueStepE18) % valueStepE18
    return { valueE18, requirementE18: (notionalE18 * this.mmRatioPpm) / PPM }
  }

  weigh(account: number, dirty: boolean): Weighed {
    const mm = Number(this.mmRatioPpm) / 1e6
    const legs = this.legs.clear()
    let value = signedFloatAt(this.collateral, account) / 1e18
    let gross = Math.abs(value)
    let notional = 0
    let exposure = 0
    for (let at = this.first.get(account); at !== 0; at = this.next.get(at - 1)) {
      const market = this.market.get(at - 1)
      const size = signedFloatAt(this.size, at - 1) / 1e18
      const price = this.prices[market] as number
      const long = size > 0
      legs.add(at * 2, market * 2, size === 0 ? 'none' : long ? 'fall' : 'rise')
      legs.add(at * 2 + 1, market * 2 + 1, size === 0 ? 'none' : long ? 'rise' : 'fall')
      const worth = size * price
      const [quote, now, then] = [
        signedFloatAt(this.quote, at - 1) / 1e18,
        (this.fundings[market] as number) * size,
        (signedFloatAt(this.fundingThen, at - 1) / this.fundingScale) * size,
      ]
      value += worth + quote - (now - then)
      gross += Math.abs(worth) + Math.abs(quote) + Math.abs(now) + Math.abs(then) + 4e-18
      notional += Math.abs(worth)
      exposure += Math.abs(worth) * (1 + (long ? -mm : mm) + FUNDING_SPAN)
    }
    const grain = gross * FLOAT_SHARE + 1e-17 + this.stepFloat
    const surplus = value - notional * mm
    const certain = !dirty && surplus > grain && this.status.get(account) === STATUS.healthy
    const status = certain ? STATUS.healthy : perpStatus(this.figures(account))
    if (!certain) this.status.set(account, status)
    // past a threshold moves both ways count, and to a long the requirement's part as well
    const both = exposure + 2 * mm * notional
    const slack =
      status === STATUS.healthy
        ? (surplus - grain) / exposure
        : status === STATUS.under
          ? Math.min(FRESH, (value - grain) / both, (-surplus - grain) / both)
          : Math.min(FRESH, (-value - grain) / both)
    return { status, slack: legs.count === 0 ? 1 : slack, growthPerS: 0, legs }
  }

  private marketOf(position: number): PerpMarket {
    const found = this.markets[this.market.get(position)]
    if (!found) throw new RangeError(`position ${position} is in market ${this.market.get(position)}, which has no price`)
    return found
  }
}

export function perpStatus({ valueE18, requirementE18 }: PerpFigures): number {
  if (valueE18 < 0n) return STATUS.badDebt
  return valueE18 < requirementE18 ? STATUS.under : STATUS.healthy
}
