// Many accounts that were never seen before act within minutes: a crowd that one hand made, or a run on something new.
import { z } from 'zod'
import { accounts } from '../state/tables.ts'
import { quantile, rateInWindow, ring } from '../store/windows.ts'
import { defineDetector } from './define.ts'
import { samplePeak, spoilPeak } from './peaks.ts'

const WINDOW_S = 600

const params = z.strictObject({
  /** So many times the new accounts that 99 % of the venue's windows of ten minutes stay under. */
  times: z.number().min(1).default(4),
  /** Fewer than this are no crowd. */
  floorAccounts: z.number().int().positive().default(20),
  /** From this share on that owes in its very first block it is medium: newcomers bring, and take later. */
  indebtedShare: z.number().positive().max(1).default(0.5),
  /** While it lasts it is told again after so many seconds. */
  repeatS: z.number().positive().default(300),
})

export const freshAccounts = defineDetector({
  id: 'fresh-accounts',
  title: 'Crowd of new accounts',
  maturity: 'test',
  threat: 'Limits by account are worth nothing against one hand with a hundred accounts, all of them made for the day.',
  catches:
    'Accounts seen for the first time within ten minutes above four times the 99 % quantile of the venue and 20; medium if half of them owe in their first block. dYdX YFI 2023-11-17 (a hundred accounts), Nomad 2022-08-01 (copies from hundreds of addresses).',
  misses: 'Accounts that were aged on purpose; a crowd over hours; the first thousand windows with a new account.',
  falsePositives: ['a launch or an airdrop', 'a front end that opens an account contract for each user'],
  runbook: 'docs/runbooks/fresh-accounts.md',
  source: 'accounts',
  basis: 'chain',
  on: accounts,
  wake: 'touched',
  subject: 'venue',
  holdBlocks: 0,
  pending: false,
  params,
  memory: {
    fresh: rateInWindow({ windowS: WINDOW_S, buckets: 10 }),
    indebted: rateInWindow({ windowS: WINDOW_S, buckets: 10 }),
    usual: quantile({ share: 0.99, least: 0.5, most: 1e7 }),
    steps: ring({ size: 1 }),
    peaks: ring({ size: 1 }),
    toldAtS: ring({ size: 1 }),
  },
  check(account, { fresh, indebted, usual, steps, peaks, toldAtS }, params, block) {
    if (account.firstSeenS !== block.timeS || account.venue === 0) return undefined
    fresh.push(block.timeS, 1)
    if (account.debtE8 > 0n) indebted.push(block.timeS, 1)
    const count = fresh.sum(block.timeS)
    const step = Math.floor(block.timeS / WINDOW_S)
    const limit = Math.max(params.times * usual.value, params.floorAccounts)
    if (!(usual.ready && count > limit)) {
      samplePeak(usual, steps, peaks, step, count)
      return undefined
    }
    spoilPeak(usual, steps, peaks, step)
    if (block.timeS - (toldAtS.get(0) ?? 0) < params.repeatS) return undefined
    toldAtS.push(block.timeS)
    const owing = indebted.sum(block.timeS)
    return {
      severity: owing >= params.indebtedShare * count ? 'medium' : 'low',
      summary: `${count} accounts seen for the first time within ten minutes, ${owing} of them in debt at once; 99 % of windows have under ${usual.value.toFixed(1)}`,
      evidence: { accounts: count, indebted: owing, limit, quantile: usual.value, windows: usual.rows },
    }
  },
})
