package dev.fanfare.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a real Kafka broker, by parameter.
 *
 * <pre>{@code
 * @WithBroker
 * class OrdersIT {
 *     @Test
 *     void sharesTheBrokerOfThisJvm(TestBroker broker) {
 *         String orders = broker.newTopic("orders", 3); // a name of its own
 *     }
 *
 *     @Test
 *     void hasTheFanfareTopicsToItself(@Fresh TestBroker broker) {
 *         broker.createFanfareTopics();
 *     }
 * }
 * }</pre>
 *
 * The shared broker starts when first asked for and ends with the JVM. One that is {@link Fresh} starts in about half a
 * second and ends with the test, or with the class if it was asked for in {@code @BeforeAll}.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrokerExtension.class)
public @interface WithBroker {}
