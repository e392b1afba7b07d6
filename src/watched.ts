// What a config watches: adapters put together, with the venue one may act on. Values that a config file imports; a file a protocol.
export { entryId } from './core/guard-entry.ts'
/** Governance adds to the Guard what these make of the same values as the config. */
export { aaveGuardEntries } from './protocols/aave-v3/entries.ts'
export { aaveV3Pool } from './watched/aave-v3.ts'
export { chainlinkFeeds } from './watched/chainlink.ts'
export { erc20Tokens } from './watched/erc20.ts'
export { governance } from './watched/governance.ts'
export type { Watched } from './watched/parts.ts'
export { rollupInboxes } from './watched/rollup.ts'
export { uniswapV3Pools } from './watched/uniswap-v3.ts'
