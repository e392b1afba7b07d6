// A market holds value that nobody supplied: given to it, past its supply cap, to move its share price or its index.
import { z } from 'zod'
import { markets } from '../state/tables.ts'
import { ewmaVolatility, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'

const params = z.strictObject({
  /** Growth of the surplus above this many times its usual change fires. */
  maxSigmas: z.number().positive().default(8),
  /** And above this part of the supply: the treasury's share of interest is far below it between two updates. */
  floorBps: z.number().positive().default(100),
  /** Dust given to an empty market is market-init's matter, USD. */
  minUsd: z.number().positive().default(1_000),
})

export const capDonation = defineDetector({
  id: 'cap-donation',
  title: 'Value given to a market past its accounts',
  maturity: 'test',
  threat:
    'A cap counts what is supplied; what is sent to the contract counts in the share price all the same, and collateral grows past the cap.',
  catches:
    'Cash and debt together beyond what suppliers own, when that surplus grows by more than usual and than 1 % of the supply; critical if cash and debt pass the supply cap that supplies keep. Venus THE 2026-03-15, LlamaLend 2026-03-02, Euler 2023-03-13.',
  misses:
    'A donation is seen with the next event of its market; one under 1 % a time; protocols whose share price ignores donations, where it is only a gift.',
  falsePositives: ['rewards or a refund that are sent to the market', 'stable debt whose interest comes in one lump'],
  runbook: 'docs/runbooks/cap-donation.md',
  source: 'pool',
  basis: 'chain',
  on: markets,
  wake: 'touched',
  subject: 'row',
  holdBlocks: 0,
  pending: false,
  params,
  memory: { last: ring({ size: 1 }), changes: ewmaVolatility({ halfLifeRows: 500 }) },
  check(market, { last, changes }, { maxSigmas, floorBps, minUsd }) {
    const { suppliedUsd, borrowedUsd, cashUsd, price, supplyCap } = market
    const heldUsd = cashUsd + borrowedUsd
    const surplus = (heldUsd - suppliedUsd) / suppliedUsd
    if (!(suppliedUsd > minUsd) || !Number.isFinite(surplus)) return undefined
    const before = last.get(0)
    if (surplus === before) return undefined
    last.push(surplus)
    if (before === undefined) return undefined
    const change = surplus - before
    const limit = Math.max(changes.ready ? maxSigmas * changes.sigma : 0, floorBps / 10_000)
    if (!(change > limit)) {
      changes.push(change)
      return undefined
    }
    const pastCap = supplyCap > 0 && price > 0 && heldUsd / price > supplyCap && suppliedUsd / price <= supplyCap
    const givenUsd = change * suppliedUsd
    return {
      severity: pastCap ? 'critical' : surplus > 0 ? 'high' : 'medium',
      summary: `${givenUsd.toFixed(0)} USD were given to the market, ${(change * 100).toFixed(1)} % of its supply${pastCap ? '; with them it is past its supply cap' : ''}`,
      evidence: { givenUsd, surplus, before, change, limit, suppliedUsd, borrowedUsd, cashUsd, supplyCap },
    }
  },
})
