#!/usr/bin/perl
# other.pl READER shared|exclusive|transaction: another program that uses a
# reader. It says "holding" once it has the card, and lets go when its input
# ends.
use strict;
use warnings;
use Chipcard::PCSC;
use Chipcard::PCSC::Card;

my ($reader, $how) = @ARGV;
my %share = (
    shared      => $Chipcard::PCSC::SCARD_SHARE_SHARED,
    exclusive   => $Chipcard::PCSC::SCARD_SHARE_EXCLUSIVE,
    transaction => $Chipcard::PCSC::SCARD_SHARE_SHARED,
);
my $context = Chipcard::PCSC->new() or die "$Chipcard::PCSC::errno\n";
my $card = Chipcard::PCSC::Card->new($context, $reader, $share{$how}) or die "$Chipcard::PCSC::errno\n";
!($how eq 'transaction') or $card->BeginTransaction() or die "$Chipcard::PCSC::errno\n";
$| = 1;
print "holding\n";
<STDIN>;
