/** The macro benchmark of the router: a broker, and a router or a bare loop, each a process of its own. */
@NullMarked
package dev.fanfare.benchmarks.router;

import org.jspecify.annotations.NullMarked;
