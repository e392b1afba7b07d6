// The answers of the account book as tables for people.
import type { BookAccount, BookAnswer, BookCascade, BookPool } from '../tools/book/report.ts'
import { align, paint, usd } from './show.ts'

export interface BookDocument {
  readonly chainId: number
  readonly block: { readonly number: number; readonly hash: string; readonly timeS: number }
  /** The state begins here. */
  readonly fromBlock: number
  /** The last block that had all of its reads. */
  readonly wholeBlock: number | null
  readonly pools: readonly BookPool[]
  readonly supposed?: BookAnswer
  readonly cascade?: BookCascade
}

const MOST_ACCOUNTS = 20
/** Of a curve's points, besides the last, the first toxic one and the one before it. */
const EVERY_POINT = 5

export function bookLines({ chainId, block, fromBlock, wholeBlock, pools, supposed, cascade }: BookDocument): readonly string[] {
  const at = new Date(block.timeS * 1000).toISOString().slice(0, 19).replace('T', ' ')
  const stale =
    wholeBlock === null
      ? ['no block had all of its reads: prices and parameters are as far as events say']
      : wholeBlock < block.number
        ? [`prices and parameters as of block ${wholeBlock}, the last that had all of its reads`]
        : []
  return [
    `chain ${chainId}, block ${block.number}, ${at} UTC; state from block ${fromBlock} on`,
    ...stale.map((line) => paint('yellow', line)),
    ...pools.flatMap(poolLines),
    ...(supposed ? supposedLines(supposed) : []),
    ...(cascade ? cascadeLines(cascade) : []),
  ]
}

function poolLines({ pool, accounts, markets, underWater }: BookPool): readonly string[] {
  const head = ['market', 'price USD', 'supplied', 'borrowed', 'net', 'net USD', 'accounts known']
  const rows = markets.map((m) => [
    m.name,
    amount(m.priceUsd),
    amount(m.supplied),
    amount(m.borrowed),
    amount(m.net),
    amount(m.netUsd),
    `${(100 * m.knownShare).toFixed(1)} %`,
  ])
  return [
    '',
    paint('bold', `pool ${pool}: ${accounts} accounts`),
    ...align([head, ...rows]),
    '',
    underWater.length === 0 ? 'nobody is under water' : `under water now: ${counted(underWater)}`,
    ...accountLines(underWater),
  ]
}

function supposedLines({ name, priceUsd, priceNowUsd, underWater, computed }: BookAnswer): readonly string[] {
  const change = 100 * (priceUsd / priceNowUsd - 1)
  return [
    '',
    paint('bold', `${name} at ${amount(priceUsd)} USD (${change >= 0 ? '+' : ''}${change.toFixed(1)} %)`),
    `under water then: ${underWater.length === 0 ? 'nobody' : counted(underWater)}; ${computed} accounts had to be computed`,
    ...accountLines(underWater),
  ]
}

function cascadeLines({ name, question, depthFrom, accounts, points, toxicPoint }: BookCascade): readonly string[] {
  const { depth, bonus } = question
  const units = depth.kind === 'constant-product' ? `${amount(depth.reserveUnits)} units, ${depthFrom}` : 'measured'
  const head = ['path USD', 'pool USD', 'liquidations', 'repaid USD', 'sold units', 'bad debt USD', 'past toxic USD', '']
  const rows = points.flatMap((p, n) => {
    if (n % EVERY_POINT !== 0 && n !== toxicPoint && n + 1 !== toxicPoint && n !== points.length - 1) return []
    const cells = [p.liquidatedUsd, p.soldUnits, p.badDebtUsd, p.toxicUsd].map(amount)
    return [[amount(p.pathUsd), amount(p.poolUsd), String(p.liquidations), ...cells, n === toxicPoint ? '<- toxic from here' : '']]
  })
  return [
    '',
    paint('bold', `cascade of ${name}: ${accounts} accounts owe against it, bonus ${(100 * bonus).toFixed(1)} %, pool depth ${units}`),
    ...align([head, ...rows]),
    toxicPoint < 0
      ? 'no toxic point: no liquidation on this path leaves an account worse off than it found it'
      : `toxic: from there on liquidations take more collateral than the debt that they repay; left alone, the accounts concerned lacked ${usd(points.at(-1)?.leftAloneUsd ?? 0)} when they became so`,
  ]
}

function accountLines(accounts: readonly BookAccount[]): readonly string[] {
  if (accounts.length === 0) return []
  const head = ['account', 'health', 'collateral USD', 'debt USD', '']
  const rows = accounts
    .slice(0, MOST_ACCOUNTS)
    .map((a) => [a.account, a.health.toFixed(4), amount(a.collateralUsd), amount(a.debtUsd), a.status])
  const more = accounts.length - rows.length
  return [...align([head, ...rows]), ...(more > 0 ? [`and ${more} more with smaller debts; --json has all`] : [])]
}

function counted(accounts: readonly BookAccount[]): string {
  const bad = accounts.filter(({ status }) => status === 'bad debt')
  const lost = bad.reduce((sum, a) => sum + a.debtUsd - a.collateralUsd, 0)
  const owed = accounts.reduce((sum, a) => sum + a.debtUsd, 0)
  const said = `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'} with ${usd(owed)} of debt`
  return bad.length === 0 ? said : `${said}, ${bad.length} of them with bad debt of ${usd(lost)}`
}

/** For people: about six digits, with separators. */
const amount = (value: number): string => {
  const size = Math.abs(value)
  return value.toLocaleString('en-US', { maximumFractionDigits: size >= 1e4 ? 0 : size >= 1 ? 2 : 6 })
}
