// Which runs a drill makes: one unguarded run for each scenario and seed, which all its orderings and baselines share.
import { UserError } from '../core/errors.ts'
import type { Scenario } from '../scenario.ts'
import { type Ordering, orderings } from '../tools/drill-document.ts'

export interface PlanOptions {
  readonly scenario?: readonly string[]
  readonly all: boolean
  readonly scenarios?: string
  /** First seed. */
  readonly seed: number
  readonly seeds?: number
  /** As given: words, or lists with commas. */
  readonly ordering?: readonly string[]
  readonly baselines?: boolean
}

export interface Case {
  readonly scenario: Scenario
  readonly origin: 'own' | 'outside'
  readonly seed: number
  /** One guarded run each; null: nobody attacks, so there is no order to win. */
  readonly orderings: readonly (Ordering | null)[]
  readonly baselines: boolean
}

const DEFAULT_SCENARIO = 'oracle-takeover'

/** Of all scenarios unless some are named; each in all orderings with `--all`, else with ours won. */
export function planOf(options: PlanOptions, own: readonly Scenario[], outside: readonly Scenario[]): readonly Case[] {
  const { all, seed, seeds = 1 } = options
  if (seeds < 1) throw new UserError('--seeds', seeds, '1 or more')
  if (all && options.scenario) throw new UserError('--scenario', options.scenario.join(' '), 'nothing, since --all was given')
  const wanted = options.ordering ? orderingsNamed(options.ordering) : all ? orderings : ['won' as const]
  const withBaselines = options.baselines ?? all
  const chosen = [
    ...chosenOf(options, own).map((scenario) => ({ scenario, origin: 'own' as const })),
    ...outside.map((scenario) => ({ scenario, origin: 'outside' as const })),
  ]
  return chosen.flatMap(({ scenario, origin }) =>
    Array.from({ length: seeds }, (_, n) => ({
      scenario,
      origin,
      seed: seed + n,
      orderings: orderingsOf(scenario, wanted),
      baselines: withBaselines && scenario.kind === 'attack' && scenario.preventable,
    })),
  )
}

function chosenOf(options: PlanOptions, own: readonly Scenario[]): readonly Scenario[] {
  if (options.all) return own
  const named = options.scenario ?? (options.scenarios === undefined ? [DEFAULT_SCENARIO] : [])
  return named.map((id) => {
    const found = own.find((s) => s.id === id)
    if (!found) throw new UserError('--scenario', id, `one of ${own.map((s) => s.id).join(', ')}`)
    return found
  })
}

/** The order in a block decides nothing where nobody attacks, and nothing where the attack is over in a block that we first see mined. */
function orderingsOf({ kind, preventable }: Scenario, wanted: readonly Ordering[]): readonly (Ordering | null)[] {
  if (kind !== 'attack') return [null]
  return preventable ? wanted : wanted.slice(0, 1)
}

/** `won half`, `won,half` or both; in the order of the document, each once. */
function orderingsNamed(texts: readonly string[]): readonly Ordering[] {
  const words = texts.flatMap((text) => text.split(',')).filter((word) => word !== '')
  const unknown = words.find((word) => !(orderings as readonly string[]).includes(word))
  if (unknown !== undefined || words.length === 0)
    throw new UserError('--ordering', unknown ?? texts.join(' '), `one or more of ${orderings.join(', ')}`)
  return orderings.filter((o) => words.includes(o))
}

/** Runs of the same scenario must not write into each other's folder; a lone one keeps the plain name. */
export function runName(part: string, one: { readonly seed: number; readonly ordering: Ordering | null }, plan: readonly Case[]): string {
  const seeds = new Set(plan.map((c) => c.seed)).size > 1
  const several = plan.some((c) => c.orderings.length > 1)
  return [part, ...(seeds ? [`seed-${one.seed}`] : []), ...(several && one.ordering ? [one.ordering] : [])].join('-')
}
