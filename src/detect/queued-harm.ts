// A queued operation was tried on a fork of the state: what it would do to power, code, prices, accounts and cash, before anybody executes it.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { worst } from '../core/severity.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { OPERATION, queuedOperations, RUN, rehearsals, TRIED, venues } from '../state/tables.ts'
import type { Row } from '../store/table.ts'
import { defineDetector } from './define.ts'

export const queuedHarm = defineDetector({
  id: 'queued-harm',
  title: 'A queued operation would do harm',
  maturity: 'test',
  threat:
    'What a payload says and what it does are two things. Beanstalk (2022-04-17) and Aevo/Ribbon (2025-12-12) had a day and six days in which anyone could have tried theirs.',
  catches:
    'Each operation that waits in a timelock, executed on the state of the block in which it is queued, at a time past its delay, and again before it is due: power for strangers, accounts that become liquidatable, bad debt, cash that leaves, credit that appears, prices that jump, views that break; and a payload that does another thing the second time than the first.',
  misses:
    'Harm that needs a second transaction after it, such as a changed decimal that is used days later, unless a price or account shows it; values that nobody watches; operations that need another one first; what a contract does only at execution proper (block.number, coinbase).',
  falsePositives: [
    'a change of parameters that governance wants and that lets accounts borrow more, or puts some under their threshold',
    'a payment by the timelock out of a watched market',
    'an operation whose second run differs since another operation came between',
  ],
  runbook: 'docs/runbooks/queued-harm.md',
  source: 'authority',
  basis: 'local',
  on: rehearsals,
  wake: 'touched',
  // not the venue: nothing has happened there yet, and an incident of today is no likelier for it
  subject: 'place',
  holdBlocks: 0,
  pending: false,
  params: z.strictObject({
    /** As in market-solvency: less is within what one account costs to clean up. */
    minUsd: z.number().nonnegative().default(10_000),
    /** Of the cash of all watched markets: what an hour's outflow must not exceed by outflow-rate's floor. */
    highShareBps: z.number().nonnegative().default(1_000),
    /** By how much a price may differ before it counts as disputed: see the good price. */
    maxPriceMoveBps: z.number().nonnegative().default(500),
  }),
  memory: {},
  check(row, _memory, params, { timeS }, view) {
    const known = row.operation > 0 && row.operation <= view.count(queuedOperations)
    const op = known ? view.at(queuedOperations, row.operation - 1) : undefined
    if (op !== undefined && op.state !== OPERATION.queued) return undefined
    const effects = row.tried !== TRIED.no && row.failedCall === 0 ? effectsOf(row, params) : []
    const telling = [...untold(row), ...effects]
    const severity = telling.reduce<Severity>((most, effect) => worst(most, effect.severity), 'info')
    const when = row.run === RUN.due ? 'shortly before it is due' : 'when it was queued'
    const what = telling.length > 0 ? telling.map(({ words }) => words).join('; ') : 'it moves nothing that is watched'
    return {
      severity,
      summary: `a queued operation, tried ${when}: ${what}`,
      evidence: {
        timelock: op === undefined ? 'unknown' : addressOf(op.timelock),
        operation: op === undefined ? 'unknown' : hex32(op.id),
        venue: row.venue > 0 && row.venue <= view.count(venues) ? view.name(venues, row.venue - 1) : 'none',
        run: row.run,
        dueInS: op === undefined ? 0 : op.etaS - timeS,
        strangers: row.strangers,
        codeChanges: row.codeChanges,
        parameters: row.parameters,
        sources: row.sources,
        powers: row.powers,
        broken: row.broken,
        priceMoveBps: row.priceMoveBps,
        fallen: row.fallen,
        fallenDebtUsd: row.fallenDebtUsd,
        badDebtUsd: row.badDebtUsd,
        cashOutUsd: row.cashOutUsd,
        takeableUsd: row.takeableUsd,
        creditUsd: row.creditUsd,
        unbackedUsd: row.unbackedUsd,
        differs: row.differs,
        failedCall: row.failedCall,
      },
    }
  },
})

interface Effect {
  readonly severity: Severity
  readonly words: string
}
type Rehearsal = Row<typeof rehearsals.schema>
interface Params {
  readonly minUsd: number
  readonly highShareBps: number
  readonly maxPriceMoveBps: number
}

/** What can't be known of it, and that it is not what it was. */
function untold({ tried, failedCall, differs }: Rehearsal): readonly Effect[] {
  const found: Effect[] = []
  if (tried === TRIED.no) found.push({ severity: 'medium', words: 'it could not be tried, so nobody knows what it does' })
  if (tried === TRIED.partly) found.push({ severity: 'low', words: 'it was tried without a look at storage and events' })
  if (tried !== TRIED.no && failedCall > 0)
    found.push({ severity: 'low', words: `its call ${failedCall} fails, so now it would do nothing` })
  if (differs === 1) found.push({ severity: 'high', words: 'it does another thing than when it was queued' })
  return found
}

function effectsOf(row: Rehearsal, { minUsd, highShareBps, maxPriceMoveBps }: Params): readonly Effect[] {
  const highUsd = Math.max(minUsd, (row.cashUsd * highShareBps) / 10_000)
  const usd = (amount: number): string => `${Math.round(amount)} USD`
  const all: readonly (Effect | false)[] = [
    row.strangers > 0 && {
      severity: 'high',
      words: `it hands power to ${row.strangers} that are neither timelock, Safe nor watched contract, first ${addressOf(row.stranger)}`,
    },
    row.badDebtUsd > minUsd && { severity: 'critical', words: `${usd(row.badDebtUsd)} of bad debt appear` },
    row.fallen > 0 && {
      severity: row.fallenDebtUsd > minUsd ? 'high' : 'medium',
      words: `${row.fallen} accounts that owe ${usd(row.fallenDebtUsd)} become liquidatable`,
    },
    row.cashOutUsd > minUsd && {
      severity: row.cashOutUsd > highUsd ? 'critical' : 'high',
      words: `${usd(row.cashOutUsd)} leave watched markets`,
    },
    row.takeableUsd > minUsd && {
      severity: row.takeableUsd > highUsd ? 'high' : 'medium',
      words: `accounts could borrow ${usd(row.takeableUsd)} more`,
    },
    row.unbackedUsd > highUsd && {
      severity: 'high',
      words: `${usd(row.unbackedUsd)} more could be borrowed against collateral than its exchange pools pay`,
    },
    row.unbackedUsd <= highUsd &&
      row.creditUsd > highUsd && { severity: 'medium', words: `${usd(row.creditUsd)} more could be borrowed under the new caps` },
    Math.abs(row.priceMoveBps) > maxPriceMoveBps && { severity: 'high', words: `a price moves by ${Math.round(row.priceMoveBps)} bps` },
    row.broken > 0 && { severity: 'high', words: `${row.broken} views that answer now revert after it` },
    row.codeChanges > 0 && { severity: 'medium', words: `${row.codeChanges} addresses run other code, first ${addressOf(row.changed)}` },
    row.sources > 0 && { severity: 'low', words: `${row.sources} price sources change` },
    row.powers > 0 && { severity: 'low', words: `${row.powers} powers change among those who govern` },
    row.parameters > 0 && { severity: 'info', words: `${row.parameters} markets get other parameters` },
  ]
  return all.filter((effect) => effect !== false)
}
