/** What {@code fanfare.catalog} holds: tenants, API keys, event types. */
@NullMarked
package dev.fanfare.contract.catalog;

import org.jspecify.annotations.NullMarked;
