// The life of incidents over a backtest, from what is open after each block: also right where a run was stopped and gone on with.
import type { BlockInput, Decision, Incident } from '../../core/flow.ts'
import { worst } from '../../core/severity.ts'
import type { World } from '../../state/world.ts'
import { type IncidentRow, MOST } from './document.ts'

/** Sources and suspects of one incident that are listed. */
const MOST_NAMES = 64

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type OpenRow = Writable<Omit<IncidentRow, 'lossAtRiskUsd'>> & { readonly lossAtRiskUsd: Writable<IncidentRow['lossAtRiskUsd']> }

export interface IncidentState {
  readonly open: Map<string, OpenRow>
  total: number
  contained: number
  closed: number
  brokenOff: number
  mostLossAtRiskUsd: number
  /** The first that ended. */
  readonly ended: IncidentRow[]
}

export const newIncidentState = (): IncidentState => ({
  open: new Map(),
  total: 0,
  contained: 0,
  closed: 0,
  brokenOff: 0,
  mostLossAtRiskUsd: 0,
  ended: [],
})

export class IncidentBook {
  constructor(private readonly state: IncidentState) {}

  block(world: World, { number, timeS }: BlockInput, incidents: readonly Incident[]): void {
    const { state } = this
    if (incidents.length === 0 && state.open.size === 0) return
    for (const incident of incidents) {
      const row = state.open.get(incident.id) ?? this.opened(incident)
      const atRiskUsd = incident.lossAtRiskUsd
      row.severity = worst(row.severity, incident.severity)
      addNames(row.sources, incident.sources)
      addNames(
        row.suspects,
        incident.suspects.map((market) => world.markets.keyOf(market)),
      )
      row.lastBlock = number
      row.lastTimeS = timeS
      row.lossAtRiskUsd.last = atRiskUsd
      row.lossAtRiskUsd.most = Math.max(row.lossAtRiskUsd.most, atRiskUsd)
      state.mostLossAtRiskUsd = Math.max(state.mostLossAtRiskUsd, atRiskUsd)
      if (incident.status !== 'contained' || row.containedBlock !== null) continue
      row.containedBlock = number
      state.contained += 1
    }
    for (const [id, row] of state.open) {
      if (row.lastBlock === number) continue
      state.closed += 1
      this.ended(id, row, 'closed')
    }
  }

  /** A decision that proposes something. */
  answered({ incident, block, chosen, reason }: Decision): void {
    const row = this.state.open.get(incident)
    if (row && row.firstAnswer === null) row.firstAnswer = { block, chosen, reason }
  }

  /** The state behind a gap knows nothing of them. */
  breakOff(): void {
    for (const [id, row] of this.state.open) {
      this.state.brokenOff += 1
      this.ended(id, row, 'history breaks off')
    }
  }

  private opened(incident: Incident): OpenRow {
    const row: OpenRow = {
      id: incident.id,
      venue: incident.venueId,
      severity: incident.severity,
      sources: [],
      suspects: [],
      openedBlock: incident.openedBlock,
      openedTimeS: incident.openedTimeS,
      containedBlock: null,
      lastBlock: incident.openedBlock,
      lastTimeS: incident.openedTimeS,
      end: 'open at the end',
      lossAtRiskUsd: { first: incident.lossAtRiskUsd, most: 0, last: 0 },
      firstAnswer: null,
    }
    this.state.open.set(incident.id, row)
    this.state.total += 1
    return row
  }

  private ended(id: string, row: OpenRow, end: IncidentRow['end']): void {
    const { open, ended } = this.state
    open.delete(id)
    if (ended.length < MOST.incidents) ended.push({ ...row, end })
  }
}

function addNames(to: string[], names: readonly string[]): void {
  for (const name of names) if (to.length < MOST_NAMES && !to.includes(name)) to.push(name)
}
