// From a config to what each contract is: which of its events count, and what it can be asked. One address may be several things at once.
import type { Call, Hex } from '../../core/flow.ts'
import { callOf, slotCall } from '../../core/words.ts'
import { roleHash } from '../../state/authority.ts'
import { SLOT, TOPIC, VIEW } from './abi.ts'

export interface GovernanceConfig {
  readonly chainId: number
  /** Contracts with roles, and the names of the roles whose admin roles are to be known from the start. */
  readonly accessControls: readonly { readonly address: Hex; readonly roles: readonly string[] }[]
  /** Contracts with an owner (Ownable). */
  readonly owned: readonly Hex[]
  /** EIP-1967 proxies. */
  readonly proxies: readonly Hex[]
  /** What beacon proxies ask for their code (UpgradeableBeacon). */
  readonly beacons?: readonly Hex[]
  readonly timelocks: readonly Hex[]
  readonly safes: readonly Hex[]
  /** Our Guards. */
  readonly own: readonly Hex[]
  /** Before this block whatever is set up counts as governed. */
  readonly sinceBlock?: number
}

export type Kind = 'accessControl' | 'owned' | 'proxy' | 'beacon' | 'timelock' | 'safe' | 'own'
/** What stands in a column of `governed`. */
export type FactName = 'owner' | 'implementation' | 'proxyAdmin' | 'delay'

/** Which fact of a contract. */
export type Place = { readonly name: FactName } | { readonly name: 'roleAdmin'; readonly role: Hex }
/** With the question that the contract answers with it. */
export type Fact = Place & { readonly call: Call }

export interface Contract {
  readonly address: Hex
  readonly kinds: ReadonlySet<Kind>
  readonly topics: readonly Hex[]
  readonly facts: readonly Fact[]
  /** Hashes of the roles that the config names. */
  readonly roles: readonly Hex[]
}

const TOPICS: Readonly<Record<Kind, readonly Hex[]>> = {
  accessControl: [TOPIC.roleGranted, TOPIC.roleRevoked, TOPIC.roleAdminChanged],
  owned: [TOPIC.ownershipTransferred],
  proxy: [TOPIC.upgraded, TOPIC.adminChanged],
  beacon: [TOPIC.upgraded],
  timelock: [TOPIC.minDelayChange, TOPIC.callExecuted],
  safe: [TOPIC.executionSuccess],
  own: [TOPIC.guardExecuted, TOPIC.guardEnded],
}

export const roleAdminFact = (address: Hex, role: Hex): Fact => ({
  name: 'roleAdmin',
  role,
  call: callOf(address, VIEW.getRoleAdmin, BigInt(role)),
})

function factsOf(address: Hex, kinds: ReadonlySet<Kind>, roles: readonly Hex[]): readonly Fact[] {
  const facts: Fact[] = []
  if (kinds.has('owned')) facts.push({ name: 'owner', call: callOf(address, VIEW.owner) })
  if (kinds.has('proxy'))
    for (const name of ['implementation', 'proxyAdmin'] as const) facts.push({ name, call: slotCall(address, SLOT[name]) })
  if (kinds.has('beacon')) facts.push({ name: 'implementation', call: callOf(address, VIEW.implementation) })
  if (kinds.has('timelock')) facts.push({ name: 'delay', call: callOf(address, VIEW.getMinDelay) })
  return [...facts, ...roles.map((role) => roleAdminFact(address, role))]
}

/** In the order of the config, each address once. */
export function contractsOf(config: GovernanceConfig): readonly Contract[] {
  const found = new Map<Hex, { readonly kinds: Set<Kind>; readonly roles: Set<Hex> }>()
  const add = (kind: Kind, given: Hex, roles: readonly string[] = []): void => {
    const address = given.toLowerCase() as Hex
    const one = found.get(address) ?? { kinds: new Set(), roles: new Set() }
    found.set(address, one)
    one.kinds.add(kind)
    for (const role of roles) one.roles.add(roleHash(role))
  }
  for (const { address, roles } of config.accessControls) add('accessControl', address, roles)
  for (const address of config.owned) add('owned', address)
  for (const address of config.proxies) add('proxy', address)
  for (const address of config.beacons ?? []) add('beacon', address)
  for (const address of config.timelocks) add('timelock', address)
  for (const address of config.safes) add('safe', address)
  for (const address of config.own) add('own', address)
  return [...found].map(([address, { kinds, roles }]) => ({
    address,
    kinds,
    topics: [...kinds].flatMap((kind) => TOPICS[kind]),
    facts: factsOf(address, kinds, [...roles]),
    roles: [...roles],
  }))
}

export const isExecutorKind = ({ kinds }: Contract): boolean => kinds.has('timelock') || kinds.has('safe') || kinds.has('own')
