// What a queued operation must not move unseen of who governs: owners, admins, implementations, delays, and who has which role.
import type { Watchpoint } from '../../core/flow.ts'
import { addressOf, hex32 } from '../../core/words.ts'
import { roleName } from '../../state/authority.ts'
import type { World } from '../../state/world.ts'
import type { Contract, FactName } from './contracts.ts'
import { hasRoleCall } from './reads.ts'

/** Who gets a role for the first time shows in an event; these show who loses one. */
const MOST_GRANTS = 64

const AS: Readonly<Record<FactName | 'roleAdmin', Pick<Watchpoint, 'kind' | 'name'>>> = {
  owner: { kind: 'power', name: 'owner' },
  implementation: { kind: 'code', name: 'implementation' },
  proxyAdmin: { kind: 'power', name: 'proxy admin' },
  delay: { kind: 'power', name: 'delay' },
  roleAdmin: { kind: 'power', name: "role's admin" },
}

export function governanceWatchpoints(world: World, contracts: readonly Contract[]): readonly Watchpoint[] {
  const facts = contracts.flatMap(({ address, facts }) =>
    facts.map((fact) => ({
      ...AS[fact.name],
      ...(fact.name === 'roleAdmin' && { name: `admin of ${roleName(fact.role)}` }),
      subject: address,
      call: fact.call,
    })),
  )
  const held: Watchpoint[] = []
  const { grants } = world
  for (let row = 0; row < grants.count && held.length < MOST_GRANTS; row++) {
    const { contract, role, holder, active } = grants.at(row)
    const [of, who] = [addressOf(contract), addressOf(holder)]
    if (active === 1)
      held.push({
        kind: 'power',
        subject: of,
        name: `${roleName(hex32(role))} of ${who}`,
        call: hasRoleCall(of, hex32(role), who),
      })
  }
  return [...facts, ...held]
}
