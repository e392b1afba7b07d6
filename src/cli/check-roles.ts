// Aave's roles: does the Guard hold those that its actions need and no more, and who else could undo what it does?
import { toFunctionSelector } from 'viem'
import type { Hex } from '../core/flow.ts'
import { callOf, hex32, wordAt } from '../core/words.ts'
import { type Check, failure, ok, skipped, warning } from './check-list.ts'
import type { WatchedGuard } from './check-watched.ts'
import { inTurn, type Look } from './look.ts'
import { type PoolContracts, providerOwners } from './look-aave.ts'
import { holderOf } from './look-holder.ts'
import { type Granted, grantedTo, hasRoles, ROLES, type Role } from './look-roles.ts'

/** A role that matters to us: its word on the ACLManager, and what its holders may. */
interface Power {
  readonly word: bigint
  readonly name: string
  readonly can: string
}

const CAN: Readonly<Record<Role, string>> = {
  RISK_ADMIN: 'may set caps, freezes and borrowing, and so undo those',
  EMERGENCY_ADMIN: 'may pause and unpause',
  POOL_ADMIN: 'may undo everything, and upgrade the pool',
  DEFAULT_ADMIN: 'may give and take roles',
}
const POWERS: readonly Power[] = (Object.keys(ROLES) as Role[]).map((name) => ({ word: ROLES[name], name, can: CAN[name] }))
const ROLE_ADMIN = toFunctionSelector('getRoleAdmin(bytes32)')
const UNDO = 'who can undo us'
const PAUSES = 'reservePause'
/** Of 10,000 blocks each, for an endpoint that limits them: then about four years of Ethereum. */
const MOST_QUESTIONS = 1_000

export async function checkRoles(
  look: Look,
  guard: WatchedGuard,
  { aclManager, provider }: PoolContracts,
  fromBlock: number,
  say: (text: string) => void,
): Promise<readonly Check[]> {
  if (!aclManager || !provider) return [failure('roles', 'the addresses provider names no ACLManager', 'an Aave v3 pool')]
  const isHeld = await hasRoles(
    look,
    aclManager,
    POWERS.map(({ word }) => [word, guard.address] as const),
  )
  const held = POWERS.filter((_, i) => isHeld[i])
  const { check, admins } = await roleAdmins(look, aclManager)
  const checks = [...ownRoles(guard, new Set(held.map(({ name }) => name))), check]
  const granted = await grantedTo(look, aclManager, fromBlock, MOST_QUESTIONS, say)
  if (granted) {
    checks.push(...missingEvents(granted, held, guard.address))
    checks.push(...(await others(look, aclManager, [...POWERS, ...admins], granted, guard.address)))
  } else {
    const mend = 'an endpoint that serves them, or ask the protocol; isRiskAdmin(address) and the like tell of one address'
    checks.push(skipped(UNDO, 'the endpoint does not serve the events that say who was given a role', mend))
  }
  for (const [name, who] of await providerOwners(look, provider)) {
    const { kind, what } = await holderOf(look, who)
    const about = `${name} of the addresses provider: ${who}, ${what}`
    checks.push(kind === 'key' ? warning(UNDO, `${about}: one key`, 'governance moves it to a timelock') : ok(UNDO, about))
  }
  return checks
}

function ownRoles({ address: guard, actions }: WatchedGuard, held: ReadonlySet<string>): readonly Check[] {
  const needed: Role[] = []
  if (!actions || actions.some((action) => action !== PAUSES)) needed.push('RISK_ADMIN')
  if (!actions || actions.includes(PAUSES)) needed.push('EMERGENCY_ADMIN')
  const checks = needed.map((name) => {
    if (held.has(name)) return ok('roles', `the Guard holds ${name}`)
    const call = name === 'RISK_ADMIN' ? 'addRiskAdmin' : 'addEmergencyAdmin'
    const about = `the Guard ${guard} lacks ${name}: its actions will be refused`
    return failure('roles', about, `governance calls ACLManager.${call}(${guard})`)
  })
  const more = [...held].filter((name) => !needed.some((one) => one === name))
  return [
    ...checks,
    ...more.map((name) =>
      warning('roles', `the Guard holds ${name}, which none of its entries needs`, `governance takes ${name} from ${guard}`),
    ),
  ]
}

/** Who gives and takes the roles: mostly DEFAULT_ADMIN, else a role of its own, whose holders matter as well. */
async function roleAdmins(look: Look, aclManager: Hex): Promise<{ readonly check: Check; readonly admins: readonly Power[] }> {
  const answers = await look.calls(POWERS.map(({ word }) => callOf(aclManager, ROLE_ADMIN, word)))
  const ruled = new Map<bigint, string[]>()
  for (const [i, { name }] of POWERS.entries()) {
    const admin = wordAt(answers[i], 0)
    if (admin !== undefined && admin !== ROLES.DEFAULT_ADMIN) ruled.set(admin, [...(ruled.get(admin) ?? []), name])
  }
  const admins = [...ruled].map(([word, names]) => ({
    word,
    name: POWERS.find((one) => one.word === word)?.name ?? hex32(word),
    can: `may give and take ${names.join(', ')}`,
  }))
  const odd = admins.map(({ name, can }) => `; ${name} ${can}`).join('')
  return { check: ok('role admins', `DEFAULT_ADMIN gives and takes ${odd ? 'the other' : 'all'} roles${odd}`), admins }
}

/** An endpoint that keeps events back is known by what we know without them. */
function missingEvents({ accounts, whole }: Granted, held: readonly Power[], guard: Hex): readonly Check[] {
  const unseen = held.filter(({ word }) => !accounts.some(([of, who]) => of === word && who === guard))
  if (unseen.length === 0) return []
  const about = `the events that the endpoint gave do not name the Guard, which holds ${unseen.map(({ name }) => name).join(', ')}`
  const mend = whole ? 'an endpoint with all events' : 'an earlier config.chain.fromBlock, or an endpoint that serves all at once'
  return [warning(UNDO, `${about}: others may be missing here`, mend)]
}

async function others(
  look: Look,
  aclManager: Hex,
  powers: readonly Power[],
  { accounts, whole }: Granted,
  guard: Hex,
): Promise<readonly Check[]> {
  const pairs = accounts.filter(([of, who]) => who !== guard && powers.some(({ word }) => word === of))
  const still = await hasRoles(look, aclManager, pairs)
  const checks: Check[] = []
  for (const { word, name, can } of powers) {
    const holders = pairs.filter(([of], i) => of === word && still[i]).map(([, who]) => who)
    const known = await inTurn(holders, async (who) => ({ who, ...(await holderOf(look, who)) }))
    const list = (some: typeof known) => some.map(({ who, what }) => `${who} (${what})`).join(', ')
    const [contracts, keys] = [known.filter(({ kind }) => kind !== 'key'), known.filter(({ kind }) => kind === 'key')]
    if (known.length === 0) checks.push(ok(UNDO, `nobody else holds ${name}${whole ? '' : ' that was given since config.chain.fromBlock'}`))
    if (contracts.length > 0) checks.push(ok(UNDO, `${name} ${can}: ${list(contracts)}`))
    if (keys.length > 0)
      checks.push(warning(UNDO, `${name} ${can}, and one key is enough: ${list(keys)}`, 'governance moves it to a Safe or timelock'))
  }
  return checks
}
