/** Subscriptions: what is asked for, checked, written by one writer, and read again. */
@NullMarked
package dev.fanfare.control.subscription;

import org.jspecify.annotations.NullMarked;
