/** All roles and a real Kafka broker in one JVM: wiring only. */
@NullMarked
package dev.fanfare.standalone;

import org.jspecify.annotations.NullMarked;
