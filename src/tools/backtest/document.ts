// The one document a backtest writes, as a schema. Only what rules, history and labels determine is in it: no clock, no rates, no paths.
// So two runs give the same bytes. What does not apply is null, never 0.
import { z } from 'zod'

/** How many of each kind a document lists, the first ones; beside each list stands how many there were. */
export const MOST = { alerts: 500, subjects: 1_000, incidents: 500, proposals: 1_000, blindRanges: 1_000, gaps: 1_000, bins: 400 } as const

const count = z.number().int().nonnegative()
const block = count
/** Unix seconds. */
const timeS = z.number()
const usd = z.number()
const bySeverity = z.strictObject({ info: count, low: count, medium: count, high: count, critical: count })
const severity = z.enum(['info', 'low', 'medium', 'high', 'critical'])
const subject = z.strictObject({ kind: z.string(), id: z.string() })
const stamp = z.strictObject({ number: block, hash: z.string(), timeS })
/** A share of 1 with its two-sided Clopper-Pearson bounds of 95 %. */
const share = z.strictObject({ count, of: count, share: z.number(), low: z.number(), high: z.number() }).nullable()
export type Share = z.infer<typeof share>
const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ total: count, most: count, list: z.array(item).readonly() })

const alert = z.strictObject({ block, timeS, detector: z.string(), severity, subject, summary: z.string(), label: z.string().nullable() })
export type AlertRow = z.infer<typeof alert>

/** What one detector said of one subject at one severity. Of those, and of proposals, the first 20,000 are told apart. */
const subjectRow = z.strictObject({ detector: z.string(), severity, subject, findings: count, firstBlock: block, lastBlock: block })
export type SubjectRow = z.infer<typeof subjectRow>

const incident = z.strictObject({
  id: z.string(),
  venue: z.string(),
  severity,
  sources: z.array(z.string()),
  /** Market keys whose price or state was in doubt at any time. */
  suspects: z.array(z.string()),
  openedBlock: block,
  openedTimeS: timeS,
  containedBlock: block.nullable(),
  /** Last block in which it was seen, and why no more. */
  lastBlock: block,
  lastTimeS: timeS,
  end: z.enum(['closed', 'open at the end', 'history breaks off']),
  lossAtRiskUsd: z.strictObject({ first: usd, most: usd, last: usd }),
  /** First time that something was proposed for it. */
  firstAnswer: z.strictObject({ block, chosen: z.string(), reason: z.string() }).nullable(),
})
export type IncidentRow = z.infer<typeof incident>

const proposal = z.strictObject({
  operation: z.enum(['execute', 'renew', 'lift', 'call']),
  action: z.string(),
  guard: z.string(),
  entry: z.string(),
  subject: z.string(),
  step: count,
  /** Key of the market it acts on. */
  market: z.string(),
  /** Of its first time. */
  incident: z.string(),
  firstBlock: block,
  firstTimeS: timeS,
  lastBlock: block,
  /** Blocks in which it was proposed: nothing is executed, so that it is wanted again in the next. */
  times: count,
})
export type ProposalRow = z.infer<typeof proposal>

const blindRange = z.strictObject({
  protocol: z.string(),
  detectors: z.array(z.string()).readonly(),
  fromBlock: block,
  toBlock: block,
  /** Answers that its adapter wanted there and that history hasn't, and one of them. */
  missing: count,
  example: z.string(),
})
export type BlindRange = z.infer<typeof blindRange>

const gap = z.strictObject({ fromBlock: block, toBlock: block, why: z.string() })
export type Gap = z.infer<typeof gap>

const bin = z.strictObject({
  fromBlock: block,
  /** Of its first block; null: no block of it is there. */
  timeS: timeS.nullable(),
  blocks: count,
  logs: count,
  findings: count,
  alerts: count,
  /** Most in any block, all venues together. */
  lossAtRiskUsd: usd,
  /** Blocks in which at least one protocol was blind. */
  blindBlocks: count,
})

const detector = z.strictObject({
  id: z.string(),
  table: z.string(),
  /** Protocols that write its table. None: it can never fire under this config. */
  fedBy: z.array(z.string()).readonly(),
  findings: bySeverity,
  alerts: count,
  /** Null without labels, or for what is about our sight. */
  alertsInLabels: count.nullable(),
  /** Blocks of the range that it did not see whole: gaps, and blocks where a protocol that feeds it was blind. */
  blindBlocks: count,
  /** Chain time that it saw, seconds. */
  seenS: z.number(),
  /** Per 604,800 s of the time that it saw; null: it saw none. */
  alertsPerWeek: z.number().nullable(),
})
export type DetectorRow = z.infer<typeof detector>

const label = z.strictObject({
  name: z.string(),
  from: block,
  to: block,
  subject: z.string().nullable(),
  /** Blocks of it that were judged; 0: it counts for nothing. */
  judgedBlocks: count,
  alerts: count,
  /** From its first block; null: none. */
  blocksToFirstAlert: count.nullable(),
})
export type LabelRow = z.infer<typeof label>

export const backtestSchema = z.strictObject({
  format: z.literal('firebreak-backtest'),
  version: z.literal(1),
  firebreak: z.string(),
  chainId: z.number().int().positive(),
  rulesHash: z.string(),
  /** False: no proposal was simulated. The analytic bound decided, as live when a simulation is late. */
  simulated: z.literal(false),
  range: z.strictObject({
    from: block,
    to: block,
    /** First and last judged block. */
    first: stamp.nullable(),
    last: stamp.nullable(),
    blocks: count,
    /** Blocks before `from` that were folded for the state they left, and not counted. */
    warmUpBlocks: count,
    logs: count,
    reads: count,
    /** Time between judged blocks, gaps left out. */
    judgedS: z.number(),
  }),
  detectors: z.array(detector).readonly(),
  findings: z.strictObject({ total: count, bySeverity, subjects: listOf(subjectRow) }),
  /** Findings that people would have been told: high and critical. */
  alerts: listOf(alert),
  /** Weeks begin on Monday, 0:00 UTC. Weeks without a judged block are left out. */
  weeks: z.array(z.strictObject({ fromTimeS: timeS, blocks: count, alerts: z.record(z.string(), count) })).readonly(),
  incidents: z.strictObject({
    ...listOf(incident).shape,
    contained: count,
    closed: count,
    openAtEnd: count,
    brokenOff: count,
    mostLossAtRiskUsd: usd,
  }),
  decisions: z.strictObject({ total: count, toAct: count }),
  proposals: listOf(proposal),
  /** Calls of a lift that nodes would have made. */
  errands: z.strictObject({ beginLift: count, lift: count }),
  timeline: z.strictObject({ blocksPerBin: count, bins: z.array(bin).readonly() }),
  /** Where a protocol's reads are missing: not quiet, blind. */
  blind: listOf(blindRange),
  /** Stretches without usable blocks. After each the state begins anew. */
  gaps: listOf(gap),
  labels: z
    .strictObject({
      judged: count,
      /** Alerts in a labelled attack, of all alerts but those about our own sight. */
      precision: share,
      /** Labelled attacks with an alert, of those that were judged. */
      recall: share,
      list: z.array(label).readonly(),
    })
    .nullable(),
})
export type BacktestDocument = z.infer<typeof backtestSchema>
