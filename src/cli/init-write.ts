// From what was read of the chain to a config as text: every key with what it means, nothing secret, nothing that was not read or said.
import { getAddress } from 'viem'
import type { SecretRef } from '../config.ts'
import type { Hex } from '../core/flow.ts'
import { detectors } from '../detect/index.ts'
import * as exported from '../index.ts'
import type { GuardFound } from './init-guard.ts'
import type { Found } from './init-read.ts'
import { tame } from './look-text.ts'

/** Text from a chain only as a JSON string, or tamed in a comment: it can't end either. */
const quoted = (text: string): string => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
const address = (at: Hex): string => quoted(getAddress(at))
const said = (text: string | undefined): string => tame(text) ?? 'without a name'
const seconds = (s: number): string => s.toLocaleString('en-US').replaceAll(',', '_')

/** @param file as the user named it, for the commands in the text */
export function configText(found: Found, rpc: string | SecretRef, file: string): string {
  const { chainId, chainName, contracts, revision, headNumber, guard } = found
  const feeds = feedsText(found)
  const names = Object.keys(detectors).filter((name) => name in exported)
  const imports = [
    'aaveV3Pool',
    ...(feeds.includes('chainlinkFeeds(') ? ['chainlinkFeeds'] : []),
    'governance',
    'defineConfig',
    ...names,
  ].sort()
  return `// Written by \`firebreak init\` from ${chainName ?? `chain ${chainId}`} at block ${headNumber}: the pool ${getAddress(contracts.pool)}, Aave v${revision}.
// Compare it with the chain: firebreak check --config ${said(file)}
// What each key means: docs/config.md. No secret is in here; name secrets by where they are: { env: 'NAME' } or { file: 'path' }.
import {
${imports.map((name) => `  ${name},`).join('\n')}
} from 'firebreak'

export default defineConfig({
  chain: {
    id: ${chainId},
${fromBlockText(found)}${blockTimeText(found)}  },

  // one node; for a quorum on several machines write one config a machine, each with its own endpoint, key and folder
  nodes: [
    {
      id: 'a',
      // ws: or wss: is best, new blocks are pushed then
      rpc: ${referenceText(rpc)},
      // needed with --armed only: 64 hex digits in a file of mode 600; the key signs approvals and pays for transactions
      // key: { file: 'keys/a' },
      dataDir: '.firebreak',
    },
  ],

  // feeds first: a price is applied before those who use it
  watch: [
${feeds}${governanceText(found)}    aaveV3Pool({
      chainId: ${chainId},
      pool: ${address(contracts.pool)},
${guard ? guardText(found, guard) : noGuardText()}    }),
  ],

  // each takes parameters, see docs/config.md: oracleJump({ maxSigmas: 10 })
  detectors: [
${names.map((name) => `    ${name}(), // ${detectors[name as keyof typeof detectors].detector.title.toLowerCase()}`).join('\n')}
  ],
${guard ? quorumText(guard) : ''}
  // bids per gas for our own transactions, in gwei; never over four times the first
  fees: { maxFeeGwei: 300, priorityFeeGwei: 5 },
})
`
}

function fromBlockText({ fromBlock, fromBlockBy }: Found): string {
  return fromBlockBy === 'code'
    ? `    // first block to read: the pool's deployment, found by asking for its code
    fromBlock: ${fromBlock},
`
    : `    // first block to read. The endpoint keeps no old state, so this is the present block and NOT the pool's deployment: accounts opened
    // before it are known only by what they do later. With an archive endpoint run \`firebreak init\` again, or write the block here
    fromBlock: ${fromBlock},
`
}

const blockTimeText = ({ blockTimeS, chainId }: Found): string =>
  blockTimeS === undefined
    ? ''
    : `    // seconds between blocks, measured; chain ${chainId} has no profile of its own, so careful values are made of it
    blockTimeS: ${blockTimeS},
`

const referenceText = (rpc: string | SecretRef): string =>
  typeof rpc === 'string' ? quoted(rpc) : 'env' in rpc ? `{ env: ${quoted(rpc.env)} }` : `{ file: ${quoted(rpc.file)} }`

function feedsText({ chainId, reserves }: Found): string {
  const bySource = new Map(reserves.flatMap(({ source, feed }) => (source && feed ? [[source, feed] as const] : [])))
  const users = (source: Hex) => reserves.filter((r) => r.source === source).map((r) => said(r.symbol ?? r.asset))
  const rows = [...bySource.values()].map(
    ({ proxy, description, answer, decimals }) =>
      `        // price source of ${users(proxy).join(', ')}; answered ${answer} (${decimals} decimals)
        { name: ${quoted(description ?? `feed ${proxy.slice(0, 10)}`)}, proxy: ${address(proxy)} },
`,
  )
  const others = reserves
    .filter(({ feed }) => !feed)
    .map(
      ({ symbol, asset, source }) =>
        `    // not watched as a feed: ${said(symbol ?? asset)} is priced ${source ? `by ${source}, which is no Chainlink proxy` : "by the oracle's fallback"}
`,
    )
  if (rows.length === 0) return others.join('')
  return `${others.join('')}    chainlinkFeeds({
      chainId: ${chainId},
      feeds: [
        // to each add secondProxy: an independent feed of the same price. Without it a true jump looks like a false one
${rows.join('')}      ],
    }),
`
}

function governanceText({ chainId, headNumber, contracts, guard, authorities }: Found): string {
  const { aclManager, provider, configurator, pool } = contracts
  const list = (all: readonly (Hex | undefined)[]) => `[${all.flatMap((at) => (at ? address(at) : [])).join(', ')}]`
  const others = authorities.others.map(
    ({ address: at, what }) =>
      `      // rules too: ${getAddress(at)}, ${what}; if it is a timelock or Safe of another kind, name it below
`,
  )
  return `    // who may change what is watched: a change that went through none of these timelocks and Safes is a finding
    governance({
      chainId: ${chainId},
      accessControls: [${aclManager ? `{ address: ${address(aclManager)} }` : ''}],
      owned: ${list([provider])},
      proxies: ${list([pool, configurator])},
${others.join('')}      timelocks: ${list(authorities.timelocks)},
      safes: ${list(authorities.safes)},
      own: ${list([guard?.address])},
      // what stands now is the measure: single keys set up most pools, and what they did is not judged
      sinceBlock: ${headNumber + 1},
    }),
`
}

const noGuardText = (): string => `      // only watched: without a Guard nothing can be done about what is found. See docs/quick-start.md
      // guard: { address, configurator, dataProvider, assets, actions }: \`firebreak init --guard ADDRESS\` writes it
`

function guardText({ contracts }: Found, guard: GuardFound): string {
  const { configurator = contracts.pool, dataProvider = contracts.pool } = contracts
  const assets = guard.assets.map(
    ({ address: at, decimals, symbol }) =>
      `          { symbol: ${quoted(symbol)}, decimals: ${decimals}, address: ${address(at)} },
`,
  )
  const note =
    guard.entries === 0
      ? '        // the Guard has NO entry of this pool yet: governance must add them, from these very values (docs/config.md)\n'
      : guard.partly.length > 0
        ? `        // left out, since only some of the assets have such an entry: ${guard.partly.join(', ')}\n`
        : ''
  return `      // the contract that acts: entries are found by the hash of all these values, so they must be those of the Guard
      guard: {
        address: ${address(guard.address)},
        configurator: ${address(configurator)},
        dataProvider: ${address(dataProvider)},
        assets: [
${assets.join('')}        ],
${note}        actions: [${guard.actions.map(quoted).join(', ')}],
        // seconds: how long an execution lasts, the longest episode, the pause after one
        expiryS: ${seconds(guard.times.expiryS)},
        hardCapS: ${seconds(guard.times.hardCapS)},
        cooldownS: ${seconds(guard.times.cooldownS)},
      },
`
}

const quorumText = ({ signers, k, windowS }: GuardFound): string => `
  // as the Guard has them: its signers in its own ascending order, how many must agree, and the length of a certificate's window
  quorum: {
    signers: [
${signers.map((signer) => `      ${address(signer)},`).join('\n')}
    ],
    k: ${k},
    windowS: ${windowS},
  },
`
