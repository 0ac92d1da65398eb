using System.Net;
using DeviceTwin.Hub.Access;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>Who guesses passwords waits longer and longer; who only mistypes does not notice.</summary>
public sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.5");
    private static readonly IPAddress There = IPAddress.Parse("10.0.0.6");
    private readonly ManualTime time = new();

    [Test]
    public void After_five_wrong_passwords_an_account_waits_and_the_wait_doubles()
    {
        var throttle = new SignInThrottle(new AccessOptions(), time);
        Assert.That(Enumerable.Range(0, 5).Select(_ => throttle.Begin("ann", Here)), Is.All.Null);
        Assert.That(throttle.Begin("ann", There), Is.EqualTo(TimeSpan.FromSeconds(30)), "from another address too");
        Assert.That(throttle.Begin("ANN", There), Is.EqualTo(TimeSpan.FromSeconds(30)), "in any case");
        Assert.That(throttle.Begin("bob", There), Is.Null, "another account is not concerned");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(throttle.Begin("ann", There), Is.Null);
        Assert.That(throttle.Begin("ann", There), Is.EqualTo(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public void The_wait_has_an_end()
    {
        var throttle = new SignInThrottle(new AccessOptions(), time);
        for (var attempt = 0; attempt < 40; attempt++)
        {
            if (throttle.Begin("ann", Here) is { } wait)
            {
                Assert.That(wait, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(15)));
                time.Advance(wait);
            }
        }
    }

    [Test]
    public void One_address_that_tries_many_accounts_waits()
    {
        var throttle = new SignInThrottle(new AccessOptions(), time);
        Assert.That(Enumerable.Range(0, 20).Select(account => throttle.Begin($"user{account}", Here)), Is.All.Null);
        Assert.That(throttle.Begin("ann", Here), Is.Not.Null);
        Assert.That(throttle.Begin("ann", There), Is.Null);
    }

    [Test]
    public void A_whole_ipv6_network_is_one_address()
    {
        var throttle = new SignInThrottle(new AccessOptions { AddressAttempts = 3 }, time);
        Assert.That(Enumerable.Range(1, 3).Select(host => throttle.Begin($"user{host}", IPAddress.Parse($"2001:db8::{host}"))), Is.All.Null);
        Assert.That(throttle.Begin("user9", IPAddress.Parse("2001:db8::9")), Is.Not.Null);
        Assert.That(throttle.Begin("user9", IPAddress.Parse("2001:db8:0:1::9")), Is.Null);
    }

    [Test]
    public void The_right_password_forgets_the_wrong_ones()
    {
        var throttle = new SignInThrottle(new AccessOptions(), time);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            Assert.That(throttle.Begin("ann", Here), Is.Null);
            if (attempt % 4 == 3)
            {
                throttle.Succeeded("ann", Here);
                time.Advance(TimeSpan.FromHours(1));
            }
        }
    }

    [Test]
    public void Many_at_once_gain_nothing()
    {
        var throttle = new SignInThrottle(new AccessOptions(), time);
        var begun = 0;
        Parallel.For(0, 200, _ =>
        {
            if (throttle.Begin("ann", Here) is null)
            {
                Interlocked.Increment(ref begun);
            }
        });
        Assert.That(begun, Is.EqualTo(5), "an attempt counts before its outcome is known");
    }
}
