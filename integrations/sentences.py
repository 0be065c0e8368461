"""What people read when a network refuses, or when a composition cannot go out: by key, in their own language.

Each says what was found, what is allowed where there is a figure, and what to do. Keys are kept in rows: once used, a
key keeps its meaning. The network's name comes as the parameter ``network``.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class About(StrEnum):
    """What was refused: the same answer of a network reads differently on a post and on what is done in the inbox."""

    POST = "post"
    MESSAGE = "message"


SENTENCES: dict[str, Promise] = {
    # any network
    "refused": _("%(network)s refused this post. Read its own words below, change the post and send it again."),
    "unrecognised": _(
        "%(network)s refused with an answer that Portevoix does not know (%(code)s). Nothing was published. "
        "Check the post, then send it again."
    ),
    "unreachable": _("%(network)s could not be reached. Portevoix tries again by itself."),
    "unavailable": _("%(network)s has a disturbance. Portevoix tries again by itself."),
    "no_answer": _(
        "The post was sent, but %(network)s never confirmed it. Portevoix looks whether it is there before doing "
        "anything else."
    ),
    "answer_unclear": _(
        "%(network)s answered in a way that Portevoix does not know (%(code)s). Portevoix looks whether the post is "
        "there before doing anything else."
    ),
    "refresh_no_answer": _(
        "%(network)s did not answer while access was being renewed. If publishing stops, connect the account again."
    ),
    "rate_limited": _("%(network)s takes no more for now. The post goes out as soon as there is room again."),
    "access_expired": _("The access to %(network)s has expired. Portevoix renews it and tries again."),
    "access_lost": _("%(network)s no longer accepts the access it gave. Connect the account again; nothing is lost."),
    "access_withdrawn": _(
        "The person who connected this account has taken the permission back at %(network)s. Connect it again; nothing "
        "is lost."
    ),
    "consent_ends_soon": _(
        "The consent given at %(network)s ends on %(found)s, and %(network)s lets nobody extend it. Connect the "
        "account again before that day; nothing is lost."
    ),
    "consent_over": _(
        "The consent given at %(network)s was for a time that is over. Connect the account again; nothing is lost."
    ),
    "access_unreadable": _(
        "Portevoix cannot read the access that %(network)s gave: its operator must check the key store. Nothing is "
        "lost, and Portevoix tries again by itself."
    ),
    "permission_missing": _(
        "%(network)s says that a permission is missing. Connect the account again and allow all that is asked for."
    ),
    "app_misconfigured": _(
        "%(network)s does not accept this installation's app. Its operator must check the app's keys and products."
    ),
    "connect_failed": _("%(network)s did not complete the connection. Start again from the accounts page."),
    "connect_denied": _("Access to %(network)s was refused there, so nothing was connected. Start again to allow it."),
    "connect_late": _("More than ten minutes passed before you came back from %(network)s. Start again."),
    "connect_interrupted": _("The connection with %(network)s was interrupted. Nothing was connected. Start again."),
    "connect_over": _("What %(network)s let you choose from is no longer kept. Start again."),
    "connect_unreachable": _(
        "%(network)s did not answer as it should while you came back. Nothing was connected. Start again in a few "
        "minutes."
    ),
    "connect_no_presence": _(
        "%(network)s gave access to no account. Perhaps none was ticked there, or you have no role on any. Start again "
        "and tick those you want to use."
    ),
    "presence_gone": _(
        "%(network)s no longer lets this account be reached through the person who connected it: it was left unticked "
        "there, or their role ended. Connect it again; nothing is lost."
    ),
    "connect_wrong_person": _(
        "You came back from %(network)s with %(found)s. Only %(allowed)s can be reconnected here. Sign out there, sign "
        "in for %(allowed)s, and start again."
    ),
    "media_refused": _("%(network)s cannot use the picture. Save it anew as JPEG or PNG and replace it."),
    "film_refused": _("%(network)s cannot use the film. Save it anew as MP4 (H.264 with AAC sound) and replace it."),
    "media_expired": _("%(network)s no longer has the uploaded picture. Send the post again to upload it anew."),
    "account_restricted": _(
        "%(network)s has restricted this account. Sign in there, follow what it asks for, then send the post again."
    ),
    "post_gone": _("%(network)s no longer has this post."),
    # answering and moderating
    "webhook_refused": _(
        "%(network)s could not reach this installation's public address, so new messages arrive with some delay. Its "
        "operator must check that address."
    ),
    "act_not_offered": _("%(network)s does not offer this for this message."),
    "reply_window_closed": _(
        "%(network)s takes an answer only within %(allowed)s hours of the person's last message. Wait until they write "
        "again."
    ),
    "answered_privately": _("This has been answered in private. The network takes one such answer to a message."),
    "private_answer_too_late": _("%(network)s takes a private answer for some days only. They have passed."),
    "author_not_found": _("%(network)s does not find this person any more, so they cannot be blocked or let in."),
    # Facebook
    "facebook_role_lost": _(
        "The person who connected this page no longer has a role on it. Somebody who has one must connect it again."
    ),
    "facebook_duplicate": _(
        "Facebook refuses the same post twice in a short time. Portevoix has looked for it and found none of its own: "
        "change the text, then send it again."
    ),
    "facebook_link_refused": _("Facebook refuses this link. Use another address, or publish without it."),
    "facebook_content_refused": _("Facebook refuses this content. Change the text or the picture."),
    "facebook_identity_check": _(
        "Facebook wants the page's people to confirm who they are before it publishes more. Do so on Facebook, then "
        "send the post again."
    ),
    "facebook_film_alone": _("Facebook shows either pictures or one film in a post. Remove some."),
    "facebook_reel_one_film": _("A reel is one film. Choose one, and nothing else."),
    "facebook_reel_upright": _("A reel is upright, 9:16; this film has %(found)s. Choose another, or a plain post."),
    "facebook_reel_small": _("This film has %(found)s; Facebook wants at least %(allowed)s for a reel."),
    "facebook_story_one_file": _("A story is one picture or one film. Choose one, and nothing else."),
    "facebook_story_no_words": _("A story on Facebook shows no text or link of its own: they stay here."),
    "facebook_person_unavailable": _(
        "This person cannot be reached on Facebook now: they blocked the page, left, or closed the conversation. The "
        "answer was not sent."
    ),
    # Google
    "google_testing_over": _(
        "Google ends each access after seven days while this installation's app is being tested there. Connect the "
        "account again; nothing is lost. Its operator can publish the app to end this."
    ),
    # Instagram
    "instagram_role_lost": _(
        "The person who connected this account no longer has a role on the page it hangs on. Somebody who has one must "
        "connect it again."
    ),
    "instagram_picture_refused": _(
        "Instagram cannot use this picture. It takes JPEG of at most 8 MB, in the feed between 4:5 and 1.91:1. Save it "
        "anew and replace it."
    ),
    "instagram_not_fetched": _(
        "Instagram could not fetch the file from this installation's public address. Its operator must check that "
        "address; then send the post again."
    ),
    "instagram_caption_refused": _(
        "Instagram refuses this caption: too many characters or hashtags. Shorten it, then send the post again."
    ),
    "instagram_thumb_offset": _("Instagram finds no picture at this place of the film. Choose an earlier one."),
    "instagram_mentions_refused": _("Instagram takes at most 20 people, named and tagged together. Name fewer."),
    "instagram_not_ready": _("Instagram is still looking at the file. The post goes out as soon as it is done."),
    "instagram_person_unavailable": _(
        "This person cannot be reached on Instagram now: they blocked the account, left, or closed the conversation. "
        "The answer was not sent."
    ),
    "instagram_story_text": _("A story on Instagram shows no text of its own. Put the words into the picture or film."),
    "instagram_link_plain": _(
        "Instagram shows an address in a caption as plain text that nobody can follow. It becomes part of the text."
    ),
    "instagram_hashtags": _("There are %(found)s hashtags; Instagram may ignore more than %(allowed)s."),
    "instagram_hashtags_too_many": _("There are %(found)s hashtags; Instagram takes %(allowed)s. Remove some."),
    "instagram_mentions_too_many": _("This text names %(found)s accounts; Instagram takes %(allowed)s. Name fewer."),
    "instagram_story_one": _("A story on Instagram is one picture or film; there are %(found)s. Keep one."),
    "instagram_reel_film": _("A reel on Instagram is exactly one film. Add one, and nothing else."),
    "instagram_film_short": _(
        "This film lasts %(found)s; Instagram takes films from %(allowed)s on. Use a longer one."
    ),
    "instagram_ratio": _(
        "This picture is %(found)s times as wide as high; Instagram's feed takes %(allowed)s. Crop it, or publish it "
        "as a story."
    ),
    "instagram_cropped": _("Instagram crops all of a carousel like its first: this one has another shape."),
    "instagram_number": _("“%(found)s” is no number. Give digits only."),
    "option.instagram.collaborators": _("Publish together with (user names)"),
    "option.instagram.user_tags": _("Tag people (user names)"),
    "option.instagram.location": _("Place (number of its Facebook page)"),
    "option.instagram.comments": _("Allow comments"),
    "option.instagram.share_to_feed": _("Show the reel in the feed too"),
    "option.instagram.thumb_offset": _("Cover from the film (milliseconds from its start)"),
    "option.instagram.audio_name": _("Name of the sound"),
    "option.instagram.ai_generated": _("Made with artificial intelligence"),
    # Google Business Profile
    "google_business_not_live": _(
        "Google does not show this profile, so it takes no posts and no answers. Open it at business.google.com and do "
        "what it asks for."
    ),
    "google_business_waiting": _(
        "Google is still checking this profile, so it takes no posts and no answers yet. Wait until Google shows it."
    ),
    "google_business_unverified": _(
        "This profile is not verified, so Google takes no posts and no answers. Verify it at business.google.com."
    ),
    "google_business_contested": _(
        "Somebody else claims this profile, so Google takes no posts and no answers. Settle it at business.google.com."
    ),
    "google_business_suspended": _(
        "Google has suspended this profile, so it takes no posts and no answers. Its owner can appeal at "
        "business.google.com."
    ),
    "google_business_disabled": _(
        "Google has disabled this profile, so it takes no posts and no answers. Its owner can appeal at "
        "business.google.com."
    ),
    "google_business_moved": _(
        "Google no longer finds this profile where it was: it was moved or removed there. Portevoix looks for it "
        "within a day; to go on at once, connect the account again."
    ),
    "google_business_rejected": _(
        "Google took this post and refused it afterwards, so nobody sees it. Take telephone numbers and what breaks "
        "Google's content policy out of it, then send it again."
    ),
    "google_business_role_lost": _(
        "The person who connected this profile no longer has a role on it. Somebody who has one must connect it again."
    ),
    "google_business_duplicate": _(
        "Google says that it has this post already. Portevoix has looked for it and found none of its own: change the "
        "text, then send it again."
    ),
    "google_business_not_let_in": _(
        "Google has not yet let this installation use Business Profile. Its operator must ask Google for access."
    ),
    "google_business_telephone": _(
        "Google refuses posts with a telephone number (%(found)s). Take it out; the button “Call now” calls the "
        "profile's own."
    ),
    "google_business_small": _(
        "This picture has %(found)s pixels or too few bytes; Google wants at least %(allowed)s pixels and 10 KB. "
        "Choose a larger one."
    ),
    "google_business_call_with_link": _(
        "The button “Call now” calls the profile's own number and takes no link. Remove the link, or choose another "
        "button."
    ),
    "google_business_action_without_link": _("This button needs a link to lead to. Add it, or choose no button."),
    "google_business_ends_before": _("This ends before it begins. Choose a later end."),
    # X
    "x_credits": _(
        "This installation's credits at X are used up. Its operator must buy more; the post waits until then."
    ),
    "x_duplicate": _(
        "X refuses the same text twice. Portevoix has looked for it and found none of its own: change the text, then "
        "send it again."
    ),
    "x_not_summoned": _("X allows answers only to people who mentioned the account. This one cannot be sent."),
    "x_quote_gone": _("X no longer has the post that is quoted, or does not show it to the account. Quote another."),
    "x_messages_closed": _(
        "X lets the account write to this person no more: they closed their messages or blocked it. The answer was not "
        "sent."
    ),
    "x_thread_broken": _("The part of the thread before this one never came out, so this one has nothing to follow."),
    "x_edit_closed": _(
        "X lets this post be changed no more: it takes edits from accounts with a subscription, five times within an "
        "hour, and never of polls or answers to others."
    ),
    "x_edit_media": _(
        "This post has pictures or a film, and X does not say whether they outlive a change. Change it on X itself."
    ),
    "x_film_alone": _("X shows up to four pictures or one film, never both. Remove some."),
    "x_gif_alone": _("X shows a moving picture by itself. Remove the others, or this one."),
    "x_gif_sides": _("This moving picture has %(found)s pixels; X takes %(allowed)s. Save it smaller."),
    "x_gif_pixels": _(
        "All frames of this moving picture together have %(found)s million pixels; X takes %(allowed)s. Save it "
        "smaller or shorter."
    ),
    "x_gif_refused": _("X cannot use the moving picture. Save it anew as GIF, smaller or shorter, and replace it."),
    "x_subtitles_malformed": _(
        "These are no subtitles. Paste the whole text of an SRT or WebVTT file, with its numbers and times."
    ),
    "x_poll_with_media": _("X takes no pictures or films with a poll. Remove them."),
    "x_poll_choices": _("This poll has %(found)s choice; X wants at least %(allowed)s. Add one."),
    "x_thread_without_parts": _("A thread needs a second text. Add it, or choose a plain post."),
    "x_quote_malformed": _("This is no address of a post on X. It looks like https://x.com/name/status/123."),
    "x_quote_with_media": _("X takes no pictures or films with a quote. Remove them, or the quote."),
    "x_cashtags": _("This text has %(found)s cashtags; X takes %(allowed)s. Write the others without $."),
    # LinkedIn
    "linkedin_version": _(
        "LinkedIn no longer serves the version of its API that this installation speaks. Its operator must set a newer "
        "one."
    ),
    "linkedin_role_lost": _(
        "LinkedIn says that the person who connected this page has no role on it that allows this. Somebody who "
        "administers it must connect it again; nothing is lost."
    ),
    "linkedin_not_allowed": _(
        "LinkedIn does not allow this here: the role of the person who connected the page, or this installation's app, "
        "does not include it."
    ),
    "linkedin_duplicate": _(
        "LinkedIn refuses the same post twice in a short time. Portevoix has looked for it and found none of its own: "
        "change the text, then send it again."
    ),
    "linkedin_pixels": _("This picture has %(found)s pixels; LinkedIn takes 36 million. Save it smaller."),
    "linkedin_video_short": _("LinkedIn takes films of %(allowed)s seconds and more. Choose a longer one."),
    "linkedin_poll_choices": _("A poll on LinkedIn needs at least %(allowed)s choices; there is %(found)s. Add one."),
    "linkedin_no_post": _(
        "“%(found)s” is no address of a post on LinkedIn. Copy it from the post itself, under “Copy link”."
    ),
    "option.linkedin.title": _("Title of the card, film or document"),
    "option.linkedin.description": _("What the card says below its title"),
    "option.linkedin.question": _("Question"),
    "option.linkedin.choices": _("Choices, two to four"),
    "option.linkedin.duration": _("Open for"),
    "option.linkedin.duration.ONE_DAY": _("One day"),
    "option.linkedin.duration.THREE_DAYS": _("Three days"),
    "option.linkedin.duration.SEVEN_DAYS": _("One week"),
    "option.linkedin.duration.FOURTEEN_DAYS": _("Two weeks"),
    "option.linkedin.reshare": _("Post to share again, by its address"),
    "option.linkedin.no_reshares": _("Nobody may share it again"),
    # YouTube
    "youtube_quota": _(
        "This installation's daily quota at YouTube is used up. It is full again at midnight in California; the post "
        "goes out then."
    ),
    "youtube_channel_uploads": _(
        "YouTube takes no more films from this channel today. Portevoix tries again a day later."
    ),
    "youtube_no_channel": _(
        "There is no YouTube channel behind this access any more. Connect again and choose a channel on Google's page."
    ),
    "youtube_forbidden": _(
        "YouTube does not let this channel do that. Some things need a confirmed telephone number "
        "(youtube.com/verify), others are switched off for this film."
    ),
    "youtube_no_comments": _(
        "YouTube has no comments under this film: it is private, made for children, or its comments are switched off."
    ),
    "youtube_metadata_refused": _(
        "YouTube refuses the title, the description, the tags, the category or who may see it. Read its own words "
        "below."
    ),
    "youtube_cover_refused": _("YouTube cannot use this cover. Save it anew as JPEG or PNG and replace it."),
    "youtube_playlist_gone": _("YouTube no longer has this playlist. Choose another, or none."),
    "youtube_processing_failed": _(
        "YouTube took this film and could not make sense of it. Export it anew, for example as MP4 with H.264, and "
        "publish that."
    ),
    "youtube_rejected_duplicate": _(
        "YouTube took this film and then refused it: the channel has the same file already. Look for it there; to "
        "publish it once more, export it anew."
    ),
    "youtube_rejected_length": _(
        "YouTube refused this film as too long. Confirm the channel's telephone number (youtube.com/verify), or cut it."
    ),
    "youtube_rejected_rights": _(
        "YouTube refused this film because somebody claims rights in it. YouTube Studio says who, and how to object."
    ),
    "youtube_rejected_rules": _(
        "YouTube refused this film under its rules. YouTube Studio says which, and how to object."
    ),
    "youtube_rejected_account": _("YouTube refused this film because the channel is closed or suspended."),
    "youtube_video_missing": _("YouTube publishes films only. Add one."),
    "youtube_text_too_long": _(
        "This text takes %(found)s bytes, in which accents and emoji count for more than one; YouTube takes "
        "%(allowed)s. Shorten it by %(excess)s."
    ),
    "youtube_tags_too_long": _(
        "These tags have %(found)s characters in all; YouTube takes %(allowed)s. Shorten them by %(excess)s."
    ),
    "youtube_short_upright": _("A Short stands upright or is square. Choose another film, or publish it as a post."),
    # composing
    "text_missing": _("There is nothing to publish yet. Write a text or add a picture."),
    "text_too_long": _("This text has %(found)s characters; %(network)s takes %(allowed)s. Shorten it by %(excess)s."),
    "text_not_plain": _("The text holds a character that %(network)s refuses (%(found)s). Remove it."),
    "media_too_many": _("There are %(found)s files; %(network)s takes %(allowed)s. Remove some."),
    "media_type": _("This file is %(found)s; %(network)s takes %(allowed)s. Convert it or choose another."),
    "media_too_big": _("This file has %(found)s MB; %(network)s takes %(allowed)s MB. Save it smaller."),
    "frames_too_many": _(
        "This moving picture has %(found)s frames; %(network)s takes %(allowed)s. Leave some out, and add it again."
    ),
    "media_missing": _("%(network)s wants a picture or a film here. Add one."),
    "video_too_long": _("This film lasts %(found)s; %(network)s takes %(allowed)s. Cut it."),
    "first_comment_too_long": _(
        "This comment has %(found)s characters; %(network)s takes %(allowed)s. Shorten it by %(excess)s."
    ),
    "first_comment_not_allowed": _(
        "This account was connected without the permission to write comments, so there can be no first comment. "
        "Connect it again and allow answering, or empty the field."
    ),
    "comments_off_not_allowed": _(
        "This account was connected without the permission to manage comments, so they cannot be turned off. Connect "
        "it again and allow answering, or leave them on."
    ),
    "first_comment_not_offered": _("%(network)s takes no first comment. Empty it, or make it part of the text."),
    "cover_not_offered": _("%(network)s takes no cover for this kind of post. Take it away."),
    "parts_too_many": _("This thread goes on for %(found)s texts; %(network)s takes %(allowed)s. Remove some."),
    "parts_without_thread": _("More than one text makes a thread on %(network)s. Choose that form, or remove them."),
    "part_missing": _("This part of the thread is empty. Write it or remove it."),
    "kind_not_offered": _("Portevoix cannot publish this kind of post on %(network)s yet."),
    "alt_text_missing": _("This picture has no description for people who cannot see it. Add one."),
    "alt_text_too_long": _(
        "This description has %(found)s characters; %(network)s takes %(allowed)s. Shorten it by %(excess)s."
    ),
    "link_with_media": _("%(network)s shows either pictures or a link preview. The link becomes part of the text."),
    "link_malformed": _("“%(found)s” is not a full web address. Begin with https://."),
    "option_unknown": _("%(network)s has no choice “%(found)s” here. It takes: %(allowed)s."),
    "option_no_moment": _("“%(found)s” is no day with its hour. Choose both."),
    "option_missing": _("%(network)s asks for one thing more here (%(found)s). Fill it in."),
    "option_unanswered": _("%(network)s wants an answer to this: “%(found)s”. Say yes or no."),
    "option_too_many": _("%(network)s takes at most %(allowed)s of these; there are %(found)s. Remove some."),
    "option_too_long": _("%(network)s takes at most %(allowed)s characters here; there are %(found)s. Shorten it."),
    # options of Google Business Profile, and their values
    "form.google_business.post": _("Update"),
    "option.google_business.call_to_action": _("Button"),
    "option.google_business.call_to_action.LEARN_MORE": _("Learn more"),
    "option.google_business.call_to_action.BOOK": _("Book"),
    "option.google_business.call_to_action.ORDER": _("Order online"),
    "option.google_business.call_to_action.SHOP": _("Buy"),
    "option.google_business.call_to_action.SIGN_UP": _("Sign up"),
    "option.google_business.call_to_action.CALL": _("Call now"),
    "option.google_business.title": _("Title of the event or offer"),
    "option.google_business.starts_at": _("Begins"),
    "option.google_business.ends_at": _("Ends"),
    "option.google_business.coupon": _("Voucher code"),
    "option.google_business.terms": _("Conditions of the offer"),
    # options of YouTube, and their values
    "form.youtube.post": _("Film"),
    "form.youtube.reel": _("Short"),
    "option.youtube.title": _("Title"),
    "option.youtube.made_for_kids": _("Made for children"),
    "option.youtube.made_for_kids.help": _(
        "YouTube must be told this of every film. One for children takes no comments."
    ),
    "option.youtube.privacy": _("Who may see it"),
    "option.youtube.privacy.public": _("Everybody"),
    "option.youtube.privacy.unlisted": _("Whoever has the address"),
    "option.youtube.privacy.private": _("Nobody but the channel"),
    "option.youtube.category": _("Category"),
    "option.youtube.playlist": _("Playlist"),
    "option.youtube.tags": _("Tags"),
    "option.youtube.synthetic": _("Shows altered or synthetic scenes that look real"),
    "option.youtube.paid_promotion": _("Contains paid promotion"),
    "option.youtube.notify_subscribers": _("Tell subscribers"),
    # options of X, and their values
    "option.x.reply_settings": _("Who may reply"),
    "option.x.reply_settings.following": _("People the account follows"),
    "option.x.reply_settings.mentionedUsers": _("People it names"),
    "option.x.reply_settings.subscribers": _("Its subscribers"),
    "option.x.reply_settings.verified": _("Verified people"),
    # options of Facebook, and their values
    "option.facebook.call_to_action": _("Button under the link"),
    "option.facebook.call_to_action.LEARN_MORE": _("Learn more"),
    "option.facebook.call_to_action.SHOP_NOW": _("Shop now"),
    "option.facebook.call_to_action.SIGN_UP": _("Sign up"),
    "option.facebook.call_to_action.CONTACT_US": _("Contact us"),
    "option.facebook.call_to_action.BOOK_TRAVEL": _("Book now"),
    "option.facebook.call_to_action.DOWNLOAD": _("Download"),
    "option.facebook.title": _("Title of the film"),
    "option.x.poll_choices": _("Choices of the poll"),
    "option.x.poll_minutes": _("How long the poll is open"),
    "option.x.poll_minutes.60": _("1 hour"),
    "option.x.poll_minutes.360": _("6 hours"),
    "option.x.poll_minutes.720": _("12 hours"),
    "option.x.poll_minutes.1440": _("1 day"),
    "option.x.poll_minutes.4320": _("3 days"),
    "option.x.poll_minutes.10080": _("7 days"),
    "option.x.made_with_ai": _("Made with artificial intelligence"),
    "option.x.paid_partnership": _("Paid partnership"),
    "option.x.quote": _("Address of the post to quote"),
    "option.x.subtitles": _("Subtitles (SRT, WebVTT)"),
    "option.x.subtitles_language": _("Language of the subtitles"),
    "option.x.subtitles_language.EN": _("English"),
    "option.x.subtitles_language.FR": _("French"),
    "option.x.subtitles_language.DE": _("German"),
    "option.x.subtitles_language.ES": _("Spanish"),
    "option.x.subtitles_language.IT": _("Italian"),
    "option.x.subtitles_language.NL": _("Dutch"),
    "option.x.subtitles_language.PT": _("Portuguese"),
    "address_missing": _(
        "%(network)s fetches pictures and films from a public address, and this installation has none. Its operator "
        "must set PUBLIC_BASE_URL to an address that %(network)s can reach."
    ),
}

# What reads differently where an answer, a hiding or a like was refused, and not a post.
ON_MESSAGES: dict[str, Promise] = {
    "refused": _("%(network)s refused this. Read its own words below, then try again or answer on the network itself."),
    "unrecognised": _(
        "%(network)s refused with an answer that Portevoix does not know (%(code)s). Nothing was changed there."
    ),
    "no_answer": _(
        "The answer was sent, but %(network)s never confirmed it. Portevoix looks whether it is there before doing "
        "anything else."
    ),
    "answer_unclear": _(
        "%(network)s answered in a way that Portevoix does not know (%(code)s). Portevoix looks whether your answer is "
        "there before doing anything else."
    ),
    "rate_limited": _("%(network)s takes no more for now. It goes out as soon as there is room again."),
    "account_restricted": _(
        "%(network)s has restricted this account. Sign in there, follow what it asks for, then try again."
    ),
    "post_gone": _("%(network)s no longer has this message, or no longer shows it to the account."),
    "facebook_duplicate": _(
        "Facebook refuses the same answer twice in a short time. Portevoix has looked for it and found none of its "
        "own: change the text, then send it again."
    ),
    "facebook_content_refused": _("Facebook refuses this content. Change the text."),
    "youtube_quota": _(
        "This installation's daily quota at YouTube is used up. It is full again at midnight in California; your "
        "answer goes out then."
    ),
    "x_credits": _(
        "This installation's credits at X are used up. Its operator must buy more; your answer waits until then."
    ),
}

NETWORK_NAMES = {
    "facebook": "Facebook",
    "x": "X",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "google_business": "Google Business Profile",
}


def sentence(
    key: str, parameters: Mapping[str, object] | None = None, *, network: str, about: About = About.POST
) -> str:
    """Return the sentence in the language that is active now; unescaped, since parameters may come from outside.

    A key that this version does not know (a row written by a newer one) gives the general refusal.
    """
    values = {"code": "?", "found": "?", "allowed": "?", "excess": "?", **(parameters or {})}
    values["network"] = NETWORK_NAMES.get(network, network)
    words = {**SENTENCES, **ON_MESSAGES} if about is About.MESSAGE else SENTENCES
    return str(words.get(key, words["refused"])) % values
