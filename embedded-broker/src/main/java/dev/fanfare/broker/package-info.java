/** A real Kafka broker inside this JVM: one node, loopback only, its data in one folder. */
@NullMarked
package dev.fanfare.broker;

import org.jspecify.annotations.NullMarked;
