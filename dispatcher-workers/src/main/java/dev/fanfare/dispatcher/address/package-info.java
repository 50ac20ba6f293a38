/** Where webhooks may go: the policy, and the lookup of host names off the sending threads. */
@NullMarked
package dev.fanfare.dispatcher.address;

import org.jspecify.annotations.NullMarked;
