// Contracts with power over others as a config names them.
import { z } from 'zod'
import { parsed } from '../core/parsed.ts'
import { codeOf } from '../protocols/code/index.ts'
import { governance as governanceAdapter } from '../protocols/governance/index.ts'
import { safesOf } from '../protocols/safe/index.ts'
import { timelocksOf } from '../protocols/timelock/index.ts'
import { ROLE } from '../state/authority.ts'
import { address, chainId, type Watched } from './parts.ts'

/** Six hours: enough for people to cancel, and late enough that what was deployed meanwhile is there. */
const REHEARSE_LEAD_S = 21_600

const role = z.string().regex(/^[\x21-\x7e]+$/, "want a role's name as its contract hashes it, for example POOL_ADMIN")
const governanceSchema = z
  .strictObject({
    chainId,
    /** Contracts with roles; Aave's by default. */
    accessControls: z.array(z.strictObject({ address, roles: z.array(role).default(Object.keys(ROLE)) })).default([]),
    owned: z.array(address).default([]),
    /** EIP-1967 proxies. */
    proxies: z.array(address).default([]),
    /** What beacon proxies ask for their code. */
    beacons: z.array(address).default([]),
    timelocks: z.array(address).default([]),
    /** Governors whose proposals are looked at from their first day; `executor`: whom the calls come from, its timelock or itself. */
    governors: z.array(z.strictObject({ address, executor: address, blockTimeS: z.number().positive().default(12) })).default([]),
    safes: z.array(address).default([]),
    /** Our Guards. */
    own: z.array(address).default([]),
    /** Contracts whose code must stay what it is, besides those above. */
    codes: z.array(address).default([]),
    /** Accounts with power that no role or owner shows, such as a keeper's key: their code is watched too. */
    privileged: z.array(address).default([]),
    /** Whether what waits in a timelock is tried on a fork of the state, when it is queued and again `leadS` before it is due. */
    rehearse: z.union([z.literal(false), z.strictObject({ leadS: z.number().positive() })]).default({ leadS: REHEARSE_LEAD_S }),
    /** What was set up before this block is taken as governance wants it, whoever sent it: deployments are made by single keys. */
    sinceBlock: z.number().int().nonnegative().default(0),
  })
  .refine(({ own, timelocks, safes }) => !own.some((a) => timelocks.includes(a) || safes.includes(a)), {
    path: ['own'],
    message: "want our Guards only: a timelock or a Safe is people's",
  })

/** Who may change what is watched, and whether a change went through a timelock or a Safe. Stands before `aaveV3Pool`. */
export function governance(input: z.input<typeof governanceSchema>): Watched {
  const config = parsed('governance()', input, governanceSchema.parse)
  const { timelocks, governors, safes, codes, privileged, rehearse } = config
  const of = { chainId: config.chainId }
  // who went through whom comes first: the others ask it whether a change was governed
  const protocols = [
    governanceAdapter(config),
    safesOf({ ...of, safes }),
    timelocksOf({ ...of, timelocks, governors, ...(rehearse && { rehearse }) }),
    codeOf({ ...of, contracts: codes, privileged }),
  ]
  return { ...of, rules: { governance: config }, protocols, venues: [], guards: [] }
}
