// The few functions that the lab's actors call, in readable form: no artifact needs loading to run a scenario.
import { parseAbi } from 'viem'

export const poolAbi = parseAbi([
  'function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
  'function withdraw(address asset, uint256 amount, address to) returns (uint256)',
  'function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)',
  'function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) returns (uint256)',
  'function setUserEMode(uint8 categoryId)',
  'function setUserUseReserveAsCollateral(address asset, bool useAsCollateral)',
  'function liquidationCall(address collateralAsset, address debtAsset, address user, uint256 debtToCover, bool receiveAToken)',
  'function getUserAccountData(address user) view returns (uint256 totalCollateralBase, uint256 totalDebtBase, uint256 availableBorrowsBase, uint256 currentLiquidationThreshold, uint256 ltv, uint256 healthFactor)',
  'function getConfiguration(address asset) view returns (uint256)',
  'event LiquidationCall(address indexed collateralAsset, address indexed debtAsset, address indexed user, uint256 debtToCover, uint256 liquidatedCollateralAmount, address liquidator, bool receiveAToken)',
])

export const tokenAbi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
  'function mint(address account, uint256 value) returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
  'function allowance(address owner, address spender) view returns (uint256)',
])

export const aggregatorAbi = parseAbi([
  'function submit(uint256 roundId, int256 submission)',
  'function latestAnswer() view returns (int256)',
  'function latestRound() view returns (uint256)',
  'function owner() view returns (address)',
  'function changeOracles(address[] removed, address[] added, address[] addedAdmins, uint32 minSubmissions, uint32 maxSubmissions, uint32 restartDelay)',
])

export const ocrAbi = parseAbi([
  'function transmit(int192[] observations, bytes observers)',
  'function transmitters() view returns (address[])',
  'function setTransmitters(address[] oracles)',
])

export const oracleAbi = parseAbi(['function getAssetsPrices(address[] assets) view returns (uint256[])'])

export const safeAbi = parseAbi(['function nonce() view returns (uint256)'])

export const aclAbi = parseAbi([
  'function isRiskAdmin(address admin) view returns (bool)',
  'function isEmergencyAdmin(address admin) view returns (bool)',
  'function isPoolAdmin(address admin) view returns (bool)',
  'function hasRole(bytes32 role, address account) view returns (bool)',
  'function addRiskAdmin(address admin)',
  'function removeRiskAdmin(address admin)',
])

export const timelockAbi = parseAbi([
  'function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay)',
  'function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) payable',
  'function cancel(bytes32 id)',
  'function hashOperationBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt) pure returns (bytes32)',
  'function isOperationReady(bytes32 id) view returns (bool)',
])
