/** Tenants, API keys and event types over HTTP. */
@NullMarked
package dev.fanfare.control.catalog;

import org.jspecify.annotations.NullMarked;
