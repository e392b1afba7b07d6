// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The lab's own vault: OpenZeppelin's ERC-4626 with a strategy, and with virtual shares that can be off.
/// @notice Without virtual shares whoever holds the first share can raise its price by sending assets: so it was with real forks.
/// @dev Warning: of the lab only. `mintUnbacked` is what a stolen minter's key can do.
contract SharesVault is ERC4626, Ownable {
    using SafeERC20 for IERC20;

    bool public immutable virtualShares;
    uint8 private immutable offset;
    /// @notice Assets at the strategy, as last booked. Counted without being here.
    uint256 public invested;

    constructor(IERC20 asset_, string memory name_, bool virtualShares_, uint8 offset_)
        ERC20(name_, name_)
        ERC4626(asset_)
        Ownable(msg.sender)
    {
        virtualShares = virtualShares_;
        offset = offset_;
    }

    function totalAssets() public view override returns (uint256) {
        return super.totalAssets() + invested;
    }

    /// @notice Assets go to a strategy: what the vault is worth stays.
    function invest(address strategy, uint256 amount) external onlyOwner {
        invested += amount;
        IERC20(asset()).safeTransfer(strategy, amount);
    }

    /// @notice Assets come back from the sender, as part of what was invested.
    function divest(uint256 amount) external {
        invested -= amount;
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice What the strategy is worth now: a gain or a loss that no token moves for.
    function book(uint256 worth) external onlyOwner {
        invested = worth;
    }

    function mintUnbacked(address to, uint256 shares) external onlyOwner {
        _mint(to, shares);
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return offset;
    }

    function _convertToShares(uint256 assets, Math.Rounding rounding) internal view override returns (uint256) {
        if (virtualShares) return super._convertToShares(assets, rounding);
        uint256 supply = totalSupply();
        return supply == 0 ? assets : Math.mulDiv(assets, supply, totalAssets(), rounding);
    }

    function _convertToAssets(uint256 shares, Math.Rounding rounding) internal view override returns (uint256) {
        if (virtualShares) return super._convertToAssets(shares, rounding);
        uint256 supply = totalSupply();
        return supply == 0 ? shares : Math.mulDiv(shares, totalAssets(), supply, rounding);
    }
}
