/** What tests stand on: a real broker, receivers that misbehave on order, signatures checked by others, seeds. */
@NullMarked
package dev.fanfare.testkit;

import org.jspecify.annotations.NullMarked;
