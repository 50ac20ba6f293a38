/** One event for one subscription, on its way: its headers, its progress, its verdict. */
@NullMarked
package dev.fanfare.contract.delivery;

import org.jspecify.annotations.NullMarked;
