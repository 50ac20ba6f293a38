/** Tenants, API keys and event types as each process sees them. */
@NullMarked
package dev.fanfare.runtime.catalog;

import org.jspecify.annotations.NullMarked;
