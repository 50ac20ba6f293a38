/** What attempts say about a subscription, in words. */
@NullMarked
package dev.fanfare.control.insight;

import org.jspecify.annotations.NullMarked;
