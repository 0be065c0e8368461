"""The pages' French, by its English."""

FRENCH = {
    # Frame
    "Sandbox": "Bac à sable",
    "Local twins: nothing here leaves this machine": "Jumeaux locaux : rien ne quitte cette machine",
    "Networks": "Réseaux",
    "Faults": "Pannes",
    "Calls": "Appels",
    "Strangers": "Inconnus",
    "Skip to the content": "Aller au contenu",
    # Front page
    "The networks, here": "Les réseaux, ici même",
    "Each twin answers as its network would, keeps what is published, and shows it on these walls.": (
        "Chaque jumeau répond comme le ferait son réseau, garde ce qui est publié et l’affiche sur ces murs."
    ),
    "{count} followers": "{count} abonnés",
    "{count} on the wall": "{count} sur le mur",
    # Walls
    "Nothing has been published here": "Rien n’a été publié ici",
    "What is published to this account appears by itself.": "Ce qui est publié sur ce compte apparaît de lui-même.",
    "No description of the picture was sent": "Aucune description de l’image n’a été envoyée",
    "edited": "modifié",
    "Published": "Publiées",
    "On the wall": "Sur le mur",
    "Repetitions refused": "Répétitions refusées",
    "Counted since the last reset; deleted posts count as published.": (
        "Comptées depuis la dernière remise à zéro ; une publication supprimée reste comptée."
    ),
    "{count} older ones are not shown": "{count} plus anciens ne sont pas affichés",
    "hidden": "masqué",
    "liked {count} times": "aimé {count} fois",
    "Reply": "Répondre",
    "Edit": "Modifier",
    "Delete": "Supprimer",
    "Hide": "Masquer",
    "Show": "Afficher",
    "Film": "Film",
    "Reply to {name}": "Répondre à {name}",
    "Edit what {name} wrote": "Modifier ce que {name} a écrit",
    "Delete what {name} wrote": "Supprimer ce que {name} a écrit",
    "Hide what {name} wrote": "Masquer ce que {name} a écrit",
    "Show what {name} wrote": "Afficher ce que {name} a écrit",
    "Comment as somebody else": "Commenter comme quelqu’un d’autre",
    "Beside the posts": "À côté des publications",
    "As somebody else:": "Comme quelqu’un d’autre :",
    "Comment": "Commentaire",
    "Reply to a comment": "Réponse à un commentaire",
    "Mention": "Mention",
    "Post on the wall": "Publication sur le mur",
    "Private message": "Message privé",
    "Recommendation": "Recommandation",
    "Recommends": "Recommande",
    "Does not recommend": "Ne recommande pas",
    # Writing as a stranger
    "Write as somebody else": "Écrire comme quelqu’un d’autre",
    "Who writes": "Qui écrit",
    "somebody of the account’s language": "quelqu’un qui parle la langue du compte",
    "by hand": "à la main",
    "Opinion": "Avis",
    "Text": "Texte",
    "empty for words of their own": "vide pour des mots à eux",
    "Send": "Envoyer",
    "Save": "Enregistrer",
    # Strangers
    "People who write to the accounts": "Les gens qui écrivent aux comptes",
    "On a wall you write as one of them. Here they can be let to write by themselves, under what is published.": (
        "Sur un mur, vous écrivez comme l’un d’eux. Ici, laissez-les écrire d’eux-mêmes, sous ce qui est publié."
    ),
    "A life of their own": "Une vie à eux",
    "How many things happen in a minute": "Combien de choses arrivent par minute",
    "Let them write": "Les laisser écrire",
    "Stop": "Arrêter",
    "{count} things have happened so far": "{count} choses sont arrivées jusqu’ici",
    "Nothing has happened yet": "Rien n’est encore arrivé",
    "Who they are": "Qui ils sont",
    "Webhooks": "Webhooks",
    "Delivered": "Livrés",
    "Waiting": "En attente",
    "To be tried again": "À réessayer",
    "Given up": "Abandonnés",
    "No app has asked to be told": "Aucune application n’a demandé à être prévenue",
    "This page does not exist": "Cette page n’existe pas",
    "Look among the networks": "Voir la liste des réseaux",
    # Faults
    "What goes wrong, and when": "Ce qui va mal, et quand",
    "A fault strikes the next calls of one operation. Tests set the same by the control API.": (
        "Une panne frappe les prochains appels d’une opération. Les tests font de même par l’API de contrôle."
    ),
    "Operation": "Opération",
    "Fault": "Panne",
    "How often": "Combien de fois",
    "empty for always": "vide pour toujours",
    "Seconds": "Secondes",
    "for delay, slow media and rate limits": "pour l’attente, les médias lents et les limites",
    "Account": "Compte",
    "empty for all": "vide pour tous",
    "Status": "Code HTTP",
    "for server errors": "pour les erreurs du serveur",
    "Set this fault": "Poser cette panne",
    "Standing faults": "Pannes en place",
    "Nothing goes wrong": "Rien ne va mal",
    "Every call is answered as the network would on a good day.": (
        "Chaque appel reçoit la réponse que donnerait le réseau un bon jour."
    ),
    "always": "toujours",
    "{count} more times": "encore {count} fois",
    "once more": "encore une fois",
    "used up": "épuisée",
    "struck {count} times": "a frappé {count} fois",
    "Remove": "Retirer",
    "Remove all faults": "Retirer toutes les pannes",
    "lost_answer": "réponse perdue : fait, puis coupure",
    "lost_request": "demande perdue : coupure avant",
    "delay": "attente",
    "status": "erreur du serveur",
    "rate_limited": "trop d’appels",
    "revoked_token": "autorisation retirée",
    "expired_token": "jeton périmé",
    "slow_media": "média lent à traiter",
    "media_failed": "média refusé",
    "duplicate": "refusé comme répétition",
    "forbidden": "interdit à ce compte",
    "malformed_answer": "réponse illisible",
    # Calls
    "The newest calls": "Les derniers appels",
    "Nobody has called yet": "Personne n’a encore appelé",
    "Time": "Heure",
    "Answer": "Réponse",
    "cut": "coupé",
    # Consent
    "Who is at {network}?": "Qui êtes-vous sur {network} ?",
    "Choose who answers {app}. No password: this is a twin.": (
        "Choisissez qui répond à {app}. Sans mot de passe : ceci est un jumeau."
    ),
    "{app} asks to act on your Pages": "{app} demande à agir sur vos pages",
    "{app} asks to use your account": "{app} demande à utiliser votre compte",
    "You are {name}.": "Vous êtes {name}.",
    "Someone else": "Quelqu’un d’autre",
    "Pages": "Pages",
    "Only the Pages you tick are given.": "Seules les pages cochées sont confiées.",
    "You manage no Page.": "Vous ne gérez aucune page.",
    "may not publish": "ne peut pas publier",
    "What it may do": "Ce qu’elle pourra faire",
    "What you untick is refused; the app is told.": "Ce que vous décochez est refusé ; l’application le saura.",
    "This app will be able to": "Cette application pourra",
    "Continue": "Continuer",
    "Authorise app": "Autoriser l’application",
    "Cancel": "Annuler",
    "Afterwards you are back at {back}.": "Vous reviendrez ensuite à {back}.",
    "This request cannot be answered": "Cette demande ne peut pas aboutir",
    "The app sent you here with an address that {network} refuses:": (
        "L’application vous a envoyé ici avec une adresse que {network} refuse :"
    ),
    "Go back to the app and tell its makers.": "Revenez à l’application et prévenez ses auteurs.",
    "{app} wants to access your Google Account": "{app} souhaite accéder à votre compte Google",
    "This app is being tested: what you allow ends after seven days.": (
        "Cette application est en cours de test : ce que vous autorisez prend fin au bout de sept jours."
    ),
    "As whom": "En tant que",
    "Review": "Avis",
    # What Google's scopes allow
    "See, edit, create and delete your Google business listings": (
        "Voir, modifier, créer et supprimer vos fiches d’établissement Google"
    ),
    "Associate you with your personal info on Google": "Vous associer à vos informations personnelles sur Google",
    "See your primary Google Account email address": "Voir l’adresse électronique de votre compte Google",
    "See your personal info, including any you've made publicly available": (
        "Voir vos informations personnelles, y compris celles que vous avez rendues publiques"
    ),
    "Manage your YouTube account": "Gérer votre compte YouTube",
    "See, edit, and permanently delete your YouTube videos, ratings, comments and captions": (
        "Voir, modifier et supprimer définitivement vos vidéos, notes, commentaires et sous-titres YouTube"
    ),
    "View your YouTube account": "Voir votre compte YouTube",
    "Manage your YouTube videos": "Gérer vos vidéos YouTube",
    "View YouTube Analytics reports for your YouTube content": (
        "Voir les rapports YouTube Analytics sur vos contenus YouTube"
    ),
    "View monetary and non-monetary YouTube Analytics reports for your YouTube content": (
        "Voir les rapports YouTube Analytics, monétaires ou non, sur vos contenus YouTube"
    ),
    # What X's scopes allow
    "See posts you can see": "Voir les publications que vous voyez",
    "Post and delete posts for you": "Publier et supprimer des publications en votre nom",
    "Hide and show replies to your posts": "Masquer et afficher les réponses à vos publications",
    "See accounts you can see": "Voir les comptes que vous voyez",
    "See your e-mail address": "Voir votre adresse électronique",
    "Upload pictures and videos for you": "Envoyer des images et des vidéos en votre nom",
    "Stay connected until you withdraw it": "Rester connectée jusqu’à ce que vous la retiriez",
    "See what you like": "Voir ce que vous aimez",
    "Like and unlike for you": "Aimer et ne plus aimer en votre nom",
    "See whom you follow": "Voir qui vous suivez",
    "Follow and unfollow for you": "Suivre et ne plus suivre en votre nom",
    "Read your messages": "Lire vos messages",
    "Write messages for you": "Écrire des messages en votre nom",
    "See whom you block": "Voir qui vous bloquez",
    "Block and unblock for you": "Bloquer et débloquer en votre nom",
    "See whom you mute": "Voir qui vous masquez",
    "Mute and unmute for you": "Masquer et démasquer en votre nom",
    "See your lists": "Voir vos listes",
    "Change your lists": "Modifier vos listes",
    "See your bookmarks": "Voir vos signets",
    "Change your bookmarks": "Modifier vos signets",
    "See spaces you can see": "Voir les espaces que vous voyez",
    "See your broadcasts": "Voir vos diffusions",
    # What LinkedIn's permissions allow
    "This app will be able to, for you and these pages": "Cette application pourra, pour vous et pour ces pages",
    "You administer no page.": "Vous n’administrez aucune page.",
    "Allow": "Autoriser",
    "Use your name and photo": "Utiliser votre nom et votre photo",
    "Use your e-mail address": "Utiliser votre adresse électronique",
    "Know who you are": "Savoir qui vous êtes",
    "Manage your pages and see their figures": "Gérer vos pages et consulter leurs statistiques",
    "See your pages and their figures": "Consulter vos pages et leurs statistiques",
    "Publish, change and delete posts of your pages": "Publier, modifier et supprimer les publications de vos pages",
    "Read the posts of your pages": "Lire les publications de vos pages",
    "Comment and react for your pages": "Commenter et réagir au nom de vos pages",
    "Read comments and reactions on your pages": "Lire les commentaires et réactions sur vos pages",
    "Publish, change and delete posts for you": "Publier, modifier et supprimer des publications en votre nom",
    "Comment and react for you": "Commenter et réagir en votre nom",
    # What Facebook's permissions allow
    "Receive your name and profile picture": "Recevoir votre nom et votre photo de profil",
    "Receive your e-mail address": "Recevoir votre adresse électronique",
    "Show a list of the Pages you manage": "Afficher la liste des pages que vous gérez",
    "Create and manage content on your Page": "Créer et gérer le contenu de votre page",
    "Read content posted on the Page": "Lire le contenu publié sur la page",
    "Read user content on your Page": "Lire ce que les visiteurs écrivent sur votre page",
    "Create and manage comments on your Page": "Créer et gérer les commentaires de votre page",
    "Manage accounts, settings and webhooks for a Page": "Gérer les comptes, les réglages et les webhooks d’une page",
    "Manage and access Page conversations in Messenger": "Gérer les conversations Messenger de la page",
    "Access your Page insights": "Consulter les statistiques de votre page",
    "Manage your business": "Gérer votre entreprise",
    "Access your ads and related statistics": "Consulter vos publicités et leurs statistiques",
    "Access profile and posts from the Instagram account connected to your Page": (
        "Consulter le profil et les publications du compte Instagram lié à votre page"
    ),
    "Upload media and create posts for the Instagram account connected to your Page": (
        "Envoyer des médias et publier sur le compte Instagram lié à votre page"
    ),
    "Manage comments for the Instagram account connected to your Page": (
        "Gérer les commentaires du compte Instagram lié à votre page"
    ),
    "Access insights for the Instagram account connected to your Page": (
        "Consulter les statistiques du compte Instagram lié à votre page"
    ),
    "Manage and access messages for the Instagram account connected to your Page": (
        "Gérer les messages du compte Instagram lié à votre page"
    ),
}
