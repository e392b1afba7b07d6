// Aave v3 on Ethereum mainnet, observe only: one node, no Guard. Every address is a public fact, named by what it is.
//
//   export FIREBREAK_RPC=wss://...        an archive endpoint
//   firebreak check --offline --config examples/ethereum-aave-v3.config.ts
//
// Gaps, stated:
// - This pool has been upgraded past v3.0 (POOL_REVISION 1), the only revision that this build was run on. `watch` refuses it and names the
//   revision, and `check` without --offline fails for it. The file shows a config of real size; it does not watch mainnet yet.
// - Nothing here was compared with mainnet by its authors: there was no endpoint. Run `firebreak check` against yours.
// - The oracle prices some reserves by adapters (capped stable coins, staked ETH, feeds with a delayed path) in place of plain proxies.
//   The proxies below are then only signals beside them. `check` names each reserve whose source is not watched.
// - No feed has a secondProxy: add an independent feed of the same price for each that you know.
// - These feeds are OCR aggregators, which do not say on chain who reported what: oracleReporters() has nothing to look at.
// - Reading from the deployment on is block by block, millions of them. A later fromBlock begins sooner, and then accounts opened before it
//   are known only by what they do since.
import {
  aaveV3Pool,
  accountHealth,
  blind,
  chainlinkFeeds,
  defineConfig,
  governance,
  oracleJump,
  oracleReporters,
  outflowRate,
} from 'firebreak'

export default defineConfig({
  chain: {
    id: 1, // Ethereum
    fromBlock: 16_291_127, // the pool's deployment, January 2023
  },
  nodes: [
    {
      id: 'a',
      rpc: { env: 'FIREBREAK_RPC' },
      dataDir: '.firebreak/ethereum',
    },
  ],
  watch: [
    // Chainlink's proxies, as data.chain.link lists them; each with the reserve whose price it is or bounds
    chainlinkFeeds({
      chainId: 1,
      feeds: [
        { name: 'ETH / USD', proxy: '0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419' }, // WETH
        { name: 'BTC / USD', proxy: '0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c' }, // WBTC
        { name: 'USDC / USD', proxy: '0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6' }, // USDC
        { name: 'USDT / USD', proxy: '0x3E7d1eAB13ad0104d2750B8863b489D65364e32D' }, // USDT
        { name: 'DAI / USD', proxy: '0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9' }, // DAI
        { name: 'LINK / USD', proxy: '0x2c1d072e956AFFC0D435Cb7AC38EF18d24d9127c' }, // LINK
        { name: 'AAVE / USD', proxy: '0x547a514d5e3769680Ce22B2361c10Ea13619e8a9' }, // AAVE
      ],
    }),
    // who may change the pool. Aave's executor is no timelock that this build knows by its events, so changes by governance are findings too
    governance({
      chainId: 1,
      accessControls: [{ address: '0xc2aaCf6553D20d1e9d78E365AAba8032af9c85b0' }], // ACLManager
      owned: ['0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e'], // PoolAddressesProvider
      proxies: [
        '0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2', // Pool
        '0x64b761D848206f447Fe2dd461b0c635Ec39EbB27', // PoolConfigurator
      ],
    }),
    aaveV3Pool({
      chainId: 1,
      pool: '0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2', // Pool, the proxy
      // no guard: nobody has given a Firebreak Guard a role here
    }),
  ],
  detectors: [oracleJump(), oracleReporters(), outflowRate(), accountHealth(), blind()],
})
