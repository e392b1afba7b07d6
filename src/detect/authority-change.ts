// Somebody gave or took a role, or changed a risk parameter or price source: through the governed path it is told, around it it is a stolen
// key until shown otherwise. Owners, code and delays have detectors of their own.
import { z } from 'zod'
import type { Severity } from '../core/flow.ts'
import { addressOf, hex32 } from '../core/words.ts'
import { authorityChanges, CHANGE, markets } from '../state/tables.ts'
import type { Row } from '../store/table.ts'
import { defineDetector } from './define.ts'

export const authorityChange = defineDetector({
  id: 'authority-change',
  title: 'Role, risk parameter or price source changed',
  maturity: 'test',
  threat: 'With a role an attacker needs no bug: the contracts do as they are told.',
  catches:
    'Each change of roles and their admins, risk parameters and price sources of the watched contracts; high or critical if it lets somebody take more and went around timelock, Safe and Guard.',
  misses:
    'Contracts that are not watched; powers that emit no event we read; a captured timelock or Safe, whose changes look governed. Owners are owner-change, code is implementation-change, delays are timelock-shortened.',
  falsePositives: [
    'an executor (timelock, Safe) that the config does not name',
    'a deployment that hands its roles over after the first block watched',
    'an emergency action of a team from a single key',
  ],
  runbook: 'docs/runbooks/authority-change.md',
  source: 'authority',
  basis: 'chain',
  on: authorityChanges,
  wake: 'touched',
  subject: 'market',
  holdBlocks: 0,
  pending: true,
  params: z.strictObject({}),
  memory: {},
  check(row, _memory, _params, _block, view) {
    if (TOLD_ELSEWHERE.has(row.change)) return undefined
    const { governed, loosens, contract, role, before, after, market } = row
    const change = NAMES[row.change] ?? 'unknown'
    const [from, to] = [textOf(row.change, before), textOf(row.change, after)]
    const parameters = row.change === CHANGE.parameter && market > 0 ? parametersOf(view.at(markets, market - 1)) : []
    const what = parameters.length > 0 ? parameters.join(', ') : `${from} became ${to}`
    const path = governed === 1 ? 'through governance' : 'outside the governed path'
    return {
      severity: severityOf(row.change, governed === 1, loosens === 1),
      summary: `${WORDS[row.change] ?? 'something'} of ${addressOf(contract)} ${path}: ${what}; ${loosens === 1 ? 'it lets somebody take more' : 'it loosens nothing'}`,
      evidence: { change, contract: addressOf(contract), role: hex32(role), before: from, after: to, governed, loosens },
    }
  },
})

function severityOf(change: number, governed: boolean, loosens: boolean): Severity {
  if (governed) return loosens ? 'low' : 'info'
  if (!loosens) return 'low'
  return CRITICAL.has(change) ? 'critical' : 'high'
}

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(CHANGE).map(([name, code]) => [code, name]))

/** Beyond these there is only giving and taking of roles: dangerous once somebody uses them. */
const CRITICAL: ReadonlySet<number> = new Set([CHANGE.parameter, CHANGE.oracleSource, CHANGE.roleAdmin])

/** By owner-change, implementation-change and timelock-shortened. */
const TOLD_ELSEWHERE: ReadonlySet<number> = new Set([CHANGE.owner, CHANGE.proxyAdmin, CHANGE.implementation, CHANGE.delay])

const WORDS: Readonly<Record<number, string>> = {
  [CHANGE.roleGranted]: 'a role was given: holder',
  [CHANGE.roleRevoked]: 'a role was taken: holder',
  [CHANGE.roleAdmin]: 'the admin of a role',
  [CHANGE.parameter]: 'a risk parameter',
  [CHANGE.oracleSource]: 'the price source',
}

/** What is now other than governance left it last: the words of a change are bitmaps, which nobody can read. */
function parametersOf(market: Row<typeof markets.schema>): readonly string[] {
  const parts: readonly (readonly [string, number, number])[] = [
    ['LTV in bps', market.goodLtvBps, market.ltvBps],
    ['threshold in bps', market.goodThresholdBps, market.thresholdBps],
    ['supply cap', market.goodSupplyCap, market.supplyCap],
    ['borrow cap', market.goodBorrowCap, market.borrowCap],
  ]
  return parts.filter(([, good, now]) => good !== now).map(([name, good, now]) => `${name} ${now}, by governance ${good}`)
}

const ADDRESS_BITS = 160n
const READABLE_BITS = 64n

/** An address, a number, or a word that is neither, uncut. */
function textOf(change: number, word: bigint): string {
  if (change === CHANGE.parameter) return word >> READABLE_BITS === 0n ? word.toString() : hex32(word)
  return change !== CHANGE.roleAdmin && word >> ADDRESS_BITS === 0n ? addressOf(word) : hex32(word)
}
