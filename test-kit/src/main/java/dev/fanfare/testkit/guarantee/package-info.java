/** The promises of the design, as checkers: each is given what was expected and what arrived, and names what is wrong. */
@NullMarked
package dev.fanfare.testkit.guarantee;

import org.jspecify.annotations.NullMarked;
