// What a scenario file of somebody else must be: checked before anything runs, so that an error names the file, the key and the value.
import { basename } from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/errors.ts'
import type { Scenario } from '../scenario.ts'

const whole = (least: number, what: string) => z.number(what).int(what).min(least, what)
const text = (what: string) => z.string(what).min(1, what)
const code = (what: string) => z.custom<unknown>((value) => typeof value === 'function', what)

const pace = z.object(
  {
    shareOfMarket: z
      .number('a share of the market above 0, at most 1')
      .gt(0, 'a share of the market above 0, at most 1')
      .max(1, 'a share of the market above 0, at most 1'),
    txsPerBlock: z.number('transactions a block, above 0').positive('transactions a block, above 0'),
    incident: text('the incident that the pace follows'),
    date: z.string('an ISO date, like 2026-04-01').regex(/^\d{4}-\d{2}-\d{2}$/, 'an ISO date, like 2026-04-01'),
    why: text('how the numbers follow from the incident'),
  },
  'an object { shareOfMarket, txsPerBlock, incident, date, why }, or null where nobody takes anything',
)

const priceMove = z.object(
  {
    symbol: text('the symbol of an asset of the lab'),
    afterBlocks: whole(1, 'a whole number of blocks after the first head, 1 or more'),
    factor: z.number('a factor above 0').positive('a factor above 0'),
  },
  'an object { symbol, afterBlocks, factor }',
)

const schema = z
  .object({
    version: z.literal(1, '1, the version of scenarios that this build knows'),
    id: z.string('lower-case words joined by hyphens').regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens'),
    title: text('one line for people'),
    kind: z.enum(['attack', 'twin', 'quiet'], "'attack', 'twin' or 'quiet'"),
    twinOf: z.string('the id of an attack, or null').min(1, 'the id of an attack, or null').nullable(),
    preventable: z.boolean('true, or false if it is over in one block'),
    loss: z.enum(['attacker-gain', 'bad-debt'], "'attacker-gain' or 'bad-debt'"),
    pace: pace.nullable(),
    startBlock: whole(1, 'a whole number of blocks after the first head, 1 or more'),
    minBlocks: whole(1, 'a whole number of blocks after the start, 1 or more'),
    repairAfterBlocks: whole(1, 'a whole number of blocks after the start, or null').nullable(),
    truePriceMoves: z.array(priceMove, 'a list of { symbol, afterBlocks, factor }, empty for none'),
    deploy: code('a function, or nothing').optional(),
    begin: code('a function that takes the lab and gives the run'),
  })
  .superRefine((s, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (s.kind === 'twin' && s.twinOf === null) wrong('twinOf', 'the id of the attack whose twin it is')
    if (s.kind === 'attack' && s.pace === null && s.loss === 'attacker-gain') wrong('pace', 'the pace of the attack, from a dated incident')
  })

/** The scenario itself, not a copy: its functions may use `this`. Throws a UserError that names file, key, value and what would be right. */
export function checkScenario(file: string, value: unknown): Scenario {
  const name = basename(file)
  if (typeof value !== 'object' || value === null)
    throw new UserError(`${name}: default export`, value, 'a scenario: `export default defineScenario({...})`')
  const parsed = schema.safeParse(value)
  if (parsed.success) return value as Scenario
  const issue = parsed.error.issues[0]
  const path = issue?.path.map(String) ?? []
  const got = path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value)
  throw new UserError(`${name}: ${path.join('.')}`, typeof got === 'function' ? 'a function' : got, issue?.message ?? 'a scenario')
}
