// The honest accounts of the lab's market: who holds what, and what each does on an ordinary day.
import { STABLECOINS_EMODE } from './deploy/aave.ts'
import type { AssetSymbol } from './market.ts'

export type Habit = 'supplies' | 'withdraws' | 'borrows' | 'repays'

export interface Person {
  readonly name: string
  readonly supplies: readonly (readonly [AssetSymbol, number])[]
  readonly borrows: readonly (readonly [AssetSymbol, number, 'stable'?])[]
  readonly eMode?: number
  /** What it does in live traffic, if anything. */
  readonly habit?: Habit
}

const eMode = STABLECOINS_EMODE

/** Whole tokens. Health factors at the start are 1.3 and more; e-mode's, between two stablecoins, 1.1 and more. */
export const PEOPLE: readonly Person[] = [
  { name: 'lender-1', supplies: [['USDC', 3_000_000]], borrows: [], habit: 'withdraws' },
  {
    name: 'lender-2',
    supplies: [
      ['USDC', 2_500_000],
      ['DAI', 1_000_000],
    ],
    borrows: [],
    habit: 'withdraws',
  },
  { name: 'lender-3', supplies: [['DAI', 2_500_000]], borrows: [], habit: 'supplies' },
  { name: 'lender-4', supplies: [['WETH', 1000]], borrows: [], habit: 'withdraws' },
  {
    name: 'lender-5',
    supplies: [
      ['WETH', 700],
      ['WBTC', 20],
    ],
    borrows: [],
    habit: 'supplies',
  },
  { name: 'lender-6', supplies: [['WBTC', 50]], borrows: [], habit: 'withdraws' },
  {
    name: 'lender-7',
    supplies: [
      ['USDC', 1_500_000],
      ['WETH', 200],
    ],
    borrows: [],
    habit: 'supplies',
  },
  {
    name: 'lender-8',
    supplies: [
      ['DAI', 1_000_000],
      ['USDC', 500_000],
    ],
    borrows: [],
    habit: 'supplies',
  },
  { name: 'weth-1', supplies: [['WETH', 200]], borrows: [['USDC', 270_000]], habit: 'borrows' },
  { name: 'weth-2', supplies: [['WETH', 120]], borrows: [['USDC', 150_000]], habit: 'repays' },
  { name: 'weth-3', supplies: [['WETH', 320]], borrows: [['DAI', 420_000]], habit: 'borrows' },
  { name: 'weth-4', supplies: [['WETH', 60]], borrows: [['USDC', 80_000]] },
  { name: 'weth-5', supplies: [['WETH', 400]], borrows: [['USDC', 500_000]], habit: 'borrows' },
  { name: 'weth-6', supplies: [['WETH', 30]], borrows: [['DAI', 40_000]], habit: 'repays' },
  { name: 'wbtc-1', supplies: [['WBTC', 8]], borrows: [['USDC', 250_000]], habit: 'repays' },
  { name: 'wbtc-2', supplies: [['WBTC', 15]], borrows: [['DAI', 450_000]], habit: 'borrows' },
  { name: 'wbtc-3', supplies: [['WBTC', 3]], borrows: [['USDC', 90_000]] },
  { name: 'wbtc-4', supplies: [['WBTC', 5]], borrows: [['WETH', 55]] },
  {
    name: 'mixed-1',
    supplies: [
      ['WETH', 100],
      ['WBTC', 4],
    ],
    borrows: [
      ['USDC', 120_000],
      ['DAI', 100_000],
    ],
    habit: 'borrows',
  },
  {
    name: 'mixed-2',
    supplies: [
      ['WETH', 150],
      ['USDC', 100_000],
    ],
    borrows: [['WBTC', 3]],
    habit: 'repays',
  },
  {
    name: 'mixed-3',
    supplies: [
      ['WBTC', 2],
      ['DAI', 150_000],
    ],
    borrows: [['WETH', 60]],
  },
  { name: 'short-1', supplies: [['USDC', 400_000]], borrows: [['WETH', 80]] },
  { name: 'short-2', supplies: [['DAI', 250_000]], borrows: [['WBTC', 2]] },
  { name: 'emode-1', supplies: [['USDC', 800_000]], borrows: [['DAI', 650_000]], eMode, habit: 'repays' },
  { name: 'emode-2', supplies: [['DAI', 500_000]], borrows: [['USDC', 420_000]], eMode },
  { name: 'emode-3', supplies: [['USDC', 300_000]], borrows: [['DAI', 240_000]], eMode },
  { name: 'isolated-1', supplies: [['ISO', 60_000]], borrows: [['USDC', 60_000]] },
  { name: 'isolated-2', supplies: [['ISO', 30_000]], borrows: [['DAI', 30_000]] },
  { name: 'stable-1', supplies: [['WETH', 80]], borrows: [['USDC', 90_000, 'stable']], habit: 'repays' },
  { name: 'stable-2', supplies: [['WBTC', 4]], borrows: [['DAI', 100_000, 'stable']] },
  {
    name: 'stable-3',
    supplies: [['WETH', 50]],
    borrows: [
      ['USDC', 30_000, 'stable'],
      ['DAI', 20_000],
    ],
  },
  { name: 'link-1', supplies: [['LINK', 16_000]], borrows: [['USDC', 80_000]], habit: 'borrows' },
  {
    name: 'link-2',
    supplies: [
      ['LINK', 6000],
      ['WETH', 40],
    ],
    borrows: [['DAI', 70_000]],
    habit: 'borrows',
  },
  { name: 'link-3', supplies: [['LINK', 10_000]], borrows: [] },
  { name: 'link-4', supplies: [['LINK', 4000]], borrows: [['USDC', 15_000]] },
  { name: 'thin-1', supplies: [['THIN', 60_000]], borrows: [['USDC', 8000]], habit: 'borrows' },
  { name: 'thin-2', supplies: [['THIN', 10_000]], borrows: [] },
]

/**
 * One holder of much LINK and nothing else, aged like everybody. In an attack it is the attacker's, planted beforehand as the
 * collateral of 2026's Drift takeover was; in a benign twin it is an honest holder. At ten times its price it backs the whole market.
 */
export const WHALE_LINK = 290_000

/** The holder of most THIN, aged likewise: what it has supplied, and what lies in its wallet. Whole tokens. */
export const THIN_HOLDER = { supplied: 400_000, wallet: { THIN: 15_000_000, USDC: 12_000_000 } } as const
