// A market is open while next to nothing is supplied: its index and shares can be rounded into anything by the first who comes.
import { z } from 'zod'
import { RAY } from '../core/exact.ts'
import { markets } from '../state/tables.ts'
import { ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Less than this part of one token supplied is next to nothing; 1/1,000: rounding one unit of it is worth a trade from 8 decimals up. */
  thinMilli: z.number().int().positive().default(1),
  /** An index this far above where it stood when the market was empty was pushed: no interest does that on dust. */
  pushedBps: z.number().int().positive().default(100),
  /** Cash beyond so many times what is supplied was given, not supplied. */
  donatedTimes: z.number().int().min(2).default(10),
})

export const marketInit = defineDetector({
  id: 'market-init',
  title: 'Market open while almost empty',
  maturity: 'test',
  threat: 'The first supplier of an empty market donates or loops flash loans until one unit is worth a fortune, and rounding pays it out.',
  catches:
    'A market that can be borrowed from or against with no supply (low, once), with less than a thousandth of a token (medium), and with its index pushed or its cash donated meanwhile (critical). Radiant 2024-01-02 (3 transactions in 11 s), Onyx 2023-11-01.',
  misses: 'All of it in one block is told when done; a market that was almost empty before the first block watched and stays as it is.',
  falsePositives: ['a listing that is prepared in steps', 'a team that burns its first dust deposit as a protection, until more comes'],
  runbook: 'docs/runbooks/market-init.md',
  source: 'pool',
  basis: 'chain',
  on: markets,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: true,
  params,
  memory: { told: ring({ size: 1 }), emptyIndex: ring({ size: 1 }) },
  check(market, { told, emptyIndex }, { thinMilli, pushedBps, donatedTimes }) {
    const { active, frozen, paused, ltvBps, borrowing, scaledSupply, decimals, liquidityIndex, cash, suppliedUsd } = market
    const thin = (10n ** BigInt(Math.min(decimals, MAX_DECIMALS)) * BigInt(thinMilli)) / 1_000n
    const index = Number(liquidityIndex)
    // what was supplied at its price, before the index: where that is much, the units are of another moment
    const isThin = scaledSupply < (thin > 0n ? thin : 1n) && !(suppliedUsd / (index / Number(RAY)) > MUCH_USD)
    const before = told.get(0) ?? 0
    if (!isThin || active === 0) {
      if (before !== 0) told.push(0)
      return undefined
    }
    if (scaledSupply === 0n || emptyIndex.get(0) === undefined) emptyIndex.push(index)
    const isOpen = frozen === 0 && paused === 0 && (ltvBps > 0 || borrowing === 1)
    const from = emptyIndex.get(0) ?? index
    const pushed = scaledSupply > 0n && index * 10_000 > from * (10_000 + pushedBps)
    const held = (scaledSupply * liquidityIndex) / RAY
    const donated = scaledSupply > 0n && cash > (held + 1n) * BigInt(donatedTimes)
    const level = pushed || donated ? 3 : !isOpen ? 0 : scaledSupply > 0n ? 2 : 1
    if (level !== before) told.push(level)
    if (level <= before) return undefined
    return {
      severity: level === 3 ? 'critical' : level === 2 ? 'medium' : 'low',
      summary:
        level === 3
          ? `almost empty, and its ${pushed ? 'index was pushed' : 'cash was donated'}: one unit supplied stands for more than was supplied`
          : level === 2
            ? `open with ${scaledSupply} units supplied: the first supplier may round it`
            : 'open for loans while nothing is supplied',
      evidence: { scaledSupply, cash, liquidityIndex, ltvBps, borrowing, level },
    }
  },
})

const MAX_DECIMALS = 36
const MUCH_USD = 1_000
