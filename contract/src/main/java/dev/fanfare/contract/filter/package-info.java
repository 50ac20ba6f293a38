/** Which events a subscription wants beyond their types: the filters of the CloudEvents Subscriptions API, compiled. Pure. */
@NullMarked
package dev.fanfare.contract.filter;

import org.jspecify.annotations.NullMarked;
