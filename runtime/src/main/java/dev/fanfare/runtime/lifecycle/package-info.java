/** What a role is, and how roles start, tell their readiness and stop. */
@NullMarked
package dev.fanfare.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;
